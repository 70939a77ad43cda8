"""The one review page: what contradicts itself side by side, and the choice that settles it."""
