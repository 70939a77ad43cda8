"""Tests of the page that takes in what others send."""
