"""Who is due: the list by antigen, zone and group, and requests made from it."""
