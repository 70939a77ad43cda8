"""Tests of admin/vaccination."""
