"""Tests of admin, dispatcher."""
