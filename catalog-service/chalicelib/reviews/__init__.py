"""Reviews by customers who received the product, their moderation, and the rating that follows from them."""
