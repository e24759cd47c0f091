"""orders-service: carts, checkout, orders and payments."""
