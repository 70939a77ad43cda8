"""Teams: who goes out together, how, and on which days."""
