"""A person's vaccinations: history with reasons, what is due, corrections, adverse events, the letter to the doctor."""
