"""Claims: what they say, the files they come in, and what they propose, applied to rows."""
