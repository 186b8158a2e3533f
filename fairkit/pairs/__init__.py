"""Two models on the same rows: the rows as both see them, both values, and the limits of their difference."""
