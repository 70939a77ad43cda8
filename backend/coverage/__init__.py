"""Coverage: who has been reached, who has not, and how sure the figures are."""
