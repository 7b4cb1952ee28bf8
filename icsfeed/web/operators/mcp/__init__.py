"""The Model Context Protocol over HTTP: programs that act for people read the calendar and, with a token, write."""
