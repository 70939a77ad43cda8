"""Tests of admin/products."""
