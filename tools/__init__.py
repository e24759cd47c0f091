"""Programs for those who develop and run the shop; never deployed."""
