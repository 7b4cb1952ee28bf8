"""A real synthesiser says every golden text at 150 words a minute: in time, audibly, and without reading signs out."""

from __future__ import annotations

import array
import io
import math
import shutil
import subprocess
import sys
import wave
from functools import cache
from typing import Final

import pytest
from lxml import etree

from icsfeed.publication.reminders.phone_sentences import MAX_SECONDS, WORDS_A_MINUTE, spoken_seconds
from tests.publication.reminders.phone_rendering import PHONE_TEXTS, PhoneText
from tests.required import require

PROGRAM: Final = shutil.which("espeak-ng")
VOICES: Final = {"en": "en-us", "fr": "fr"}
SAMPLE_RATE: Final = 22_050
SECONDS_A_WINDOW: Final = 0.1
QUIET: Final = 200
"""Of 32,768: below what anybody hears in a telephone."""

SIGNS: Final = {
    "en": ("zero", "colon", "slash", "dash", "dot", "hyphen"),
    "fr": ("zéro", "deux-points", "tiret", "barre"),
}
"""What is heard where times and dates are read out as they are written."""


@pytest.fixture(autouse=True)
def _with_a_synthesiser() -> None:
    require(None if PROGRAM else "espeak-ng is not installed (Debian: espeak-ng)")


def spoken_part(text: PhoneText) -> str:
    """What a telephone system gives to its voice: the text of ``Say``, or the whole."""
    document = text.render()
    if text.channel != "phone-twiml":
        return document
    return "".join(each.text or "" for each in etree.fromstring(document.encode()).iter("Say"))


def synthesise(text: str, language: str, *options: str) -> bytes:
    assert PROGRAM is not None
    command = [PROGRAM, "-v", VOICES[language], "-s", str(WORDS_A_MINUTE), *options]
    return subprocess.run(command, input=text.encode(), check=True, capture_output=True, timeout=60).stdout


@cache
def samples_of(text: PhoneText) -> array.array[int]:
    """The audio of the text: 16 bits, one channel."""
    options = ("-m", "--stdout", "--stdin") if text.channel == "phone-ssml" else ("--stdout", "--stdin")
    with wave.open(io.BytesIO(synthesise(spoken_part(text), text.language, *options))) as audio:
        assert (audio.getframerate(), audio.getsampwidth(), audio.getnchannels()) == (SAMPLE_RATE, 2, 1)
        samples = array.array("h", audio.readframes(sys.maxsize // 4))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def loudness(samples: array.array[int]) -> list[float]:
    """The effective value of each tenth of a second."""
    size = int(SAMPLE_RATE * SECONDS_A_WINDOW)
    windows = (samples[start : start + size] for start in range(0, len(samples), size))
    return [math.sqrt(sum(value * value for value in window) / len(window)) for window in windows]


@cache
def phonemes(text: str, language: str) -> str:
    return synthesise(text, language, "-q", "--ipa", "--stdin").decode()


def letters_of(ipa: str) -> str:
    """The phonemes without stress and pauses."""
    return "".join(each for each in ipa if each not in "ˈˌ \n-")


@pytest.mark.parametrize("text", PHONE_TEXTS, ids=str)
def test_it_is_said_within_half_a_minute(text: PhoneText) -> None:
    seconds = len(samples_of(text)) / SAMPLE_RATE
    assert 1 < seconds <= MAX_SECONDS


@pytest.mark.parametrize("text", PHONE_TEXTS, ids=str)
def test_it_is_heard(text: PhoneText) -> None:
    values = loudness(samples_of(text))
    audible = sum(value > QUIET for value in values)
    assert audible / len(values) > 0.6
    longest_pause = max(len(run) for run in "".join("x" if value > QUIET else "." for value in values).split("x"))
    assert longest_pause * SECONDS_A_WINDOW <= 2


@pytest.mark.parametrize("text", [each for each in PHONE_TEXTS if each.channel == "phone"], ids=str)
def test_the_length_is_as_estimated_or_less(text: PhoneText) -> None:
    seconds = len(samples_of(text)) / SAMPLE_RATE
    estimate = spoken_seconds(text.render().splitlines())
    assert 0.55 * estimate <= seconds <= 1.15 * estimate + 0.5


@pytest.mark.parametrize("text", [each for each in PHONE_TEXTS if each.channel == "phone"], ids=str)
def test_nothing_is_read_out_as_digits_or_signs(text: PhoneText) -> None:
    heard = letters_of(phonemes(text.render(), text.language))
    for sign in SIGNS[text.language]:
        assert letters_of(phonemes(sign, text.language)) not in heard
    if text.language == "en":
        for half in ("a.m.", "p.m."):
            assert heard.count(letters_of(phonemes(half, "en"))) == text.render().count(half)


def test_what_these_checks_would_hear() -> None:
    heard = letters_of(phonemes("Maintenance: 2026/12/03 02:00–06:00 EST", "en"))
    assert letters_of(phonemes("zero", "en")) in heard
    assert letters_of(phonemes("slash", "en")) in heard
    assert letters_of(phonemes("zéro", "fr")) in letters_of(phonemes("de 02:00 à 06:00", "fr"))
    silence = array.array("h", [0] * SAMPLE_RATE)
    assert not any(value > QUIET for value in loudness(silence))
