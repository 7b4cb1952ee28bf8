"""What icsfeed does, for all its faces alike."""
