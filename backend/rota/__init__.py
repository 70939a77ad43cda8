"""Who answers the phone when, and the calendars that say so."""
