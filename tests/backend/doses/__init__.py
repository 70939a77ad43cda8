"""Tests of the vaccination engine, its rules and its checks; they mirror backend/doses."""
