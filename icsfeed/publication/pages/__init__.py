"""The customers' pages: the current status, what is ahead, and how to subscribe; in every language."""
