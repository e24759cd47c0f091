"""Discount codes: what they take off, to whom, and how often."""
