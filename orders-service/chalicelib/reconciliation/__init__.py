"""Reconciling: the payment provider's ledger against orders against reservations."""
