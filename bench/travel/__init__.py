"""Measure travel times: calibration, speed and agreement with an independent engine."""
