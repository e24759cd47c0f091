"""Categories: a tree, and how many products each place in it shows."""
