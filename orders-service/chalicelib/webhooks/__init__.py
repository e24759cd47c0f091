"""Merchants' webhook endpoints: what the shop tells them, signed, until they say that they have it."""
