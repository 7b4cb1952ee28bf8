"""Badges: what is under way or comes next, as a small picture for a README, a wiki or a console."""
