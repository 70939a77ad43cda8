"""Tests of attachments: pure rules, the real server, a connection that is cut."""
