"""Say whether this process lives, whether it can work, and how it fares."""
