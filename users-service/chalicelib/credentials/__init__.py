"""Credentials: changing the password or the address of an account, and the way back in by mail."""
