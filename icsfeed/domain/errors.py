"""The one root of everything that icsfeed refuses."""

from __future__ import annotations


class IcsfeedError(Exception):
    """Bad input or an impossible wish, in words for the person who made it."""


class InvalidValueError(IcsfeedError, ValueError):
    """A domain value that can't exist."""
