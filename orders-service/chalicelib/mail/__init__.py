"""Mails to buyers about their orders."""
