"""Plumbing shared by the services: HTTP, tokens, tables, events, tracing. It knows no word of the shop's business."""
