"""Publish a vendor's maintenance calendar as feeds that every calendar client reads alike."""

__version__ = "0.2.0"
