"""The sentences of telephone reminders: which of them there is time for, with the time zone in the first of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

MAX_SECONDS: Final = 30
WORDS_A_MINUTE: Final = 150
MAX_WORDS: Final = MAX_SECONDS * WORDS_A_MINUTE // 60

# At 150 words a minute a word takes 0.4 seconds, pauses included. Of short and long words by themselves, and of pauses,
# these are what espeak-ng takes at that rate in English; its French is a quarter faster.
_WORD_SECONDS: Final = 0.45
_SHORT_WORD_SECONDS: Final = 0.1
_SHORT_WORD_CHARS: Final = 2
_PAUSE_SECONDS: Final = 0.25
_SENTENCE_SECONDS: Final = 0.6


@dataclass(frozen=True, kw_only=True, slots=True)
class PhoneSentence:
    """A sentence; one that is not ``required`` may be dropped. ``with_zone`` is the same with the time zone."""

    text: str
    with_zone: str
    required: bool = True


def spoken_seconds(sentences: Iterable[str]) -> float:
    """How long a voice takes that says 150 words a minute."""
    return sum(_SENTENCE_SECONDS + _seconds(sentence) for sentence in sentences)


def _seconds(sentence: str) -> float:
    words = re.findall(r"[^\W_]+(?:['’.][^\W_]+)*", sentence)
    short = sum(len(word) <= _SHORT_WORD_CHARS for word in words)
    pauses = len(re.findall(r"[,;:]", sentence))
    return short * _SHORT_WORD_SECONDS + (len(words) - short) * _WORD_SECONDS + pauses * _PAUSE_SECONDS


def chosen_sentences(sentences: Iterable[PhoneSentence]) -> tuple[str, ...]:
    """The required sentences, and of the others the first ones, as far as time allows; the first time has the zone."""
    chosen = list(sentences)
    while not is_in_time(texts := _with_zone_once(chosen)):
        optional = [index for index, each in enumerate(chosen) if not each.required]
        if not optional:
            break
        del chosen[optional[-1]]
    return texts


def is_in_time(sentences: tuple[str, ...]) -> bool:
    """Whether a voice has said them in time, by the number of words and by how long these and the pauses take."""
    words = sum(len(sentence.split()) for sentence in sentences)
    return words <= MAX_WORDS and spoken_seconds(sentences) <= MAX_SECONDS


def _with_zone_once(sentences: Iterable[PhoneSentence]) -> tuple[str, ...]:
    texts, is_missing = [], True
    for each in sentences:
        texts.append(each.with_zone if is_missing else each.text)
        is_missing = is_missing and each.with_zone == each.text
    return tuple(texts)
