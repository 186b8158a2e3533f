"""Scoring: what is new in a claim, what it earns, the board, and a policy of what was found."""
