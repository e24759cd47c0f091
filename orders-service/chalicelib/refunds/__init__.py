"""Money that staff give back, in part or in full."""
