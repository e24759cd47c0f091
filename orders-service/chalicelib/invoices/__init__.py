"""Invoices of confirmed orders and credit notes of refunds: numbered without gaps, stored as PDF."""
