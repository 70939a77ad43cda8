"""Tests of admin/keying."""
