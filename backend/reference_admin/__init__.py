"""The administration of reference tables: Piccolo's admin in a process and on an origin of its own, behind our sign-in."""
