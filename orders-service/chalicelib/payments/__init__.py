"""The payment provider: what we ask of it and what it tells us."""
