"""Limits: how often a source address may start something, and how often a password may be guessed."""
