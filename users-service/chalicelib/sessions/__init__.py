"""Sessions: logging in, shopping as a guest, rotating refresh tokens, logging out."""
