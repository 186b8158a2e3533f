"""Functions of rows as metrics: what they are called with, their values by group, and how sure they are."""
