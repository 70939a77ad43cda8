"""Signing in by an identity provider, such as Pro Santé Connect: off unless one is configured."""
