"""Near matches: the word that a misspelt one was probably meant to be."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from icsfeed.store.schedule_file.notation import as_toml

_MAX_WORD_CHARS: Final = 100
_MIN_PREFIX_CHARS: Final = 2
_MIN_PART_CHARS: Final = 4
_MAX_LISTED_WORDS: Final = 12
_SYNONYMS: Final = {
    **dict.fromkeys(("to", "until", "till"), ("through", "effective_until", "end")),
    **dict.fromkeys(("title", "label"), ("name", "summary")),
    **dict.fromkeys(("tz", "zone", "time_zone"), ("timezone",)),
    **dict.fromkeys(("begin", "begins"), ("start", "from")),
    **dict.fromkeys(("finish", "stop"), ("end", "through")),
    "length": ("duration",),
}
"""Words for what a table has another key for; the first key that it has is meant."""


def nearest(word: str, candidates: Collection[str], *, cutoff: float = 0.6) -> str | None:
    """The candidate most like the word, whatever its case, hyphens and underscores; ``None`` where none is close.

    ``cutoff`` is how similar the two must be, from 0 to 1.
    """
    if len(word) > _MAX_WORD_CHARS:
        return None
    by_plain_form = {_plain(each): each for each in candidates}
    if _plain(word) in by_plain_form:
        return by_plain_form[_plain(word)]
    if len(word) >= _MIN_PREFIX_CHARS:
        completions = [each for each in by_plain_form if each.startswith(_plain(word))]
        if len(completions) == 1:
            return by_plain_form[completions[0]]
    import difflib  # noqa: PLC0415  (only for mistakes: it takes as long to import as the interpreter to start)

    matches = difflib.get_close_matches(_plain(word), by_plain_form, n=1, cutoff=cutoff)
    return by_plain_form[matches[0]] if matches else None


def nearest_key(word: str, keys: Collection[str]) -> str | None:
    """The key that the word was meant to be: the most like it, the only one that contains it, or one that means it."""
    match = nearest(word, keys)
    if match is not None:
        return match
    candidates = [key for key in keys if len(word) >= _MIN_PART_CHARS and _plain(word) in _plain(key)]
    if len(candidates) == 1:
        return candidates[0]
    return next((key for key in _SYNONYMS.get(word.casefold(), ()) if key in keys), None)


def _plain(word: str) -> str:
    return word.casefold().replace("_", "-").replace(" ", "-")


def suggestion(word: str, candidates: Collection[str]) -> str:
    """The remedy in a message that refuses the word: its nearest match, or all candidates."""
    match = nearest(word, candidates)
    return f"did you mean {as_toml(match)}?" if match is not None else f"write {word_list(candidates)}"


def word_list(words: Collection[str], conjunction: str = "or") -> str:
    """The words in quotes, as a list within a sentence."""
    quoted = [as_toml(word) for word in words]
    if len(quoted) > _MAX_LISTED_WORDS:
        return f"{', '.join(quoted[:_MAX_LISTED_WORDS])} {conjunction} one of {len(quoted) - _MAX_LISTED_WORDS} more"
    return f" {conjunction} ".join([", ".join(quoted[:-1]), quoted[-1]]) if len(quoted) > 1 else "".join(quoted)
