"""Reservations: stock set aside for an order, then sold or given back."""
