"""Tests of orders-service."""
