"""Certificates: what a bounty promises, what rows support it, and the checker that keeps it."""
