"""Stock: what is on hand, held and available of each SKU."""
