"""The vaccination rules in force, who signed them, and what unsigned ones may say."""
