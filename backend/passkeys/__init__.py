"""Passkeys as a second factor: registered, used, listed, removed."""
