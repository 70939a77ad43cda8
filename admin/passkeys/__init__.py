"""The user's own passkeys."""
