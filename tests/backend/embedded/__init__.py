"""Tests of the embedded servers: the real ones, killed and restarted."""
