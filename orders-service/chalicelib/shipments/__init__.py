"""Orders on their way: shipments, one or several, and delivery."""
