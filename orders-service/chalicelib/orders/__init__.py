"""Orders once they are placed: reading, cancelling, and keeping them moving."""
