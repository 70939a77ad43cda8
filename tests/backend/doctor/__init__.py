"""Tests of the doctor: each fault is planted for real and must be named."""
