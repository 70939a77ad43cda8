"""Proves the engine on the CDC's own rules and test cases; our own rules are in backend/doses/rules."""
