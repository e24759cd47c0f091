"""What was sold, day by day: counted from the table's stream, and counted again by a repair."""
