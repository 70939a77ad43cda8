"""Lists of people from offices: a file is read, shown line by line, and taken on a yes."""
