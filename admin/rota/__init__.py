"""The rota of the desk and each person's calendar."""
