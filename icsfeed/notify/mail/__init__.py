"""Mail to subscribers: composed, and handed to the vendor's mail server."""
