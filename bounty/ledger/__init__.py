"""The ledger: a chain of rows, the sealed manifest, what is opened at the end, and its verification."""
