"""Signing in by OpenID Connect; nothing here is imported until somebody does."""
