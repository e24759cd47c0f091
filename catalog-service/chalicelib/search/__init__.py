"""Full-text search over the active products."""
