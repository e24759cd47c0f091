"""Products from files: CSV, JSON lines, or an archive of one of them with pictures."""
