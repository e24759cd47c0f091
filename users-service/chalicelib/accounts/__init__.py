"""Accounts: registration, confirmation of addresses, passwords, the own profile."""
