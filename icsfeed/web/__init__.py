"""The web interface: feeds and pages from memory, the API, health and metrics."""
