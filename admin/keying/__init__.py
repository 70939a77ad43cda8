"""The doses to key into the national register, with who keyed each and when."""
