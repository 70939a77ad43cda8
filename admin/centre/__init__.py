"""Pages of the centre: the sessions of a day, and the sheet of one."""
