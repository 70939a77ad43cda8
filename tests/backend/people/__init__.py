"""Who people are: finding them, their identity."""
