"""Files that belong to records (a photo of a card, a consent form), by the hash of their content, resumable in parts."""
