"""Goods that buyers send back, and the money for them."""
