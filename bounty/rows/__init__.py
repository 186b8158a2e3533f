"""Rows as packed bits and whole numbers: what claims see of them, what is true, what is lost."""
