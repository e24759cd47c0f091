"""From a cart to a paid order, whatever fails on the way."""
