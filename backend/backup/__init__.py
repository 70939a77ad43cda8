"""Back up, restore, verify: what keeps the log true beyond the life of one machine."""
