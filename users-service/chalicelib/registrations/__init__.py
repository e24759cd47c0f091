"""Registrations: an account begins when somebody follows the link that was sent to its address."""
