"""Open one record in an emergency, and review who did."""
