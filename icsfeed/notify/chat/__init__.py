"""Chat rooms and all other services that apprise knows."""
