"""The customers' pages: what holds now, what comes, and how to subscribe; in English and French."""
