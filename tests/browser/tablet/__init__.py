"""Tests of the tablet's app in a real Chromium, against the real server."""
