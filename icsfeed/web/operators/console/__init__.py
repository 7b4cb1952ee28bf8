"""The console: pages for operators, which work without scripts."""
