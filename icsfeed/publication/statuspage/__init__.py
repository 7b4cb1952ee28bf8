"""The calendar in the shape of Statuspage's public API (v2), for tools that read status pages."""
