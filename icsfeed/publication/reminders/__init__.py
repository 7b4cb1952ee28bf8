"""Reminders: what the calendar says, as texts for a knowledge base, for tickets and for the telephone."""
