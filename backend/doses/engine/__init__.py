"""Evaluates given doses and forecasts the next ones, purely; the rules it reads are told in backend/doses/rules."""
