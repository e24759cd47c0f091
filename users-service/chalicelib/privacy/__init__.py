"""What is held on a person: shown to them, and erased when they ask for it."""
