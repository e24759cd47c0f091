"""The catalog-service: categories, products with their pictures, stock, and reservations of it."""
