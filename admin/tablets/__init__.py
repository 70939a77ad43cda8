"""Tablets: listed, added by a code, revoked."""
