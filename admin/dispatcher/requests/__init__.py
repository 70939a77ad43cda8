"""Requests: the backlog, a call, accepting."""
