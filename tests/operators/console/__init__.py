"""Tests of the console: announcing, the steps of changes, and its pages in a real browser."""
