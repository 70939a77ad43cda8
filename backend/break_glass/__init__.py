"""One record opened in an emergency: with a reason, for an hour, told at once and reviewed afterwards."""
