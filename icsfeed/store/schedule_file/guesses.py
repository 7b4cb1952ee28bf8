"""What a misspelt word was probably meant to be."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from icsfeed.store.schedule_file.notation import written

_LONGEST_WORD: Final = 100
_SHORTEST_PREFIX: Final = 2
_MOST_NAMED: Final = 12


def meant(word: str, known: Collection[str], *, cutoff: float = 0.6) -> str | None:
    """The one of ``known`` that is nearest, whatever the case and the hyphens; ``None`` where none is near.

    ``cutoff`` is how much the two must have in common, from 0 to 1.
    """
    if len(word) > _LONGEST_WORD:
        return None
    plain = {_plain(each): each for each in known}
    if _plain(word) in plain:
        return plain[_plain(word)]
    if len(word) >= _SHORTEST_PREFIX:
        longer = [each for each in plain if each.startswith(_plain(word))]
        if len(longer) == 1:
            return plain[longer[0]]
    import difflib  # noqa: PLC0415  (only where there is a mistake: it costs as much as an empty interpreter)

    near = difflib.get_close_matches(_plain(word), plain, n=1, cutoff=cutoff)
    return plain[near[0]] if near else None


def _plain(word: str) -> str:
    return word.casefold().replace("_", "-").replace(" ", "-")


def right_ones(word: str, known: Collection[str]) -> str:
    """The end of a sentence that refuses ``word``: the one that was probably meant, or all that would be right."""
    guess = meant(word, known)
    return f"did you mean {written(guess)}?" if guess is not None else f"write {listed(known)}"


def listed(words: Collection[str], conjunction: str = "or") -> str:
    """The words in quotes, as a list in a sentence."""
    texts = [written(word) for word in words]
    if len(texts) > _MOST_NAMED:
        return f"{', '.join(texts[:_MOST_NAMED])} {conjunction} one of {len(texts) - _MOST_NAMED} more"
    return f" {conjunction} ".join([", ".join(texts[:-1]), texts[-1]]) if len(texts) > 1 else "".join(texts)
