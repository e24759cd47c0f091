"""What a purchase costs: shipping, tax and the total."""
