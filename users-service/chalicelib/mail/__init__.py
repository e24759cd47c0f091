"""Mails: jobs go from the outbox to a queue, a worker sends them."""
