"""Baselines: the counts of a release, kept to compare later ones with."""
