"""Webhooks: announcements as signed JSON, posted to addresses of the public internet."""
