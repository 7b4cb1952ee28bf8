"""Sends announcements: the sender, and a transport for each sort of receiver."""
