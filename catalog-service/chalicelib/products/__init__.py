"""Products with their variants, and the cards that lists show."""
