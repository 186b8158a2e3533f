"""Intrinsic metrics: what a model associates, read from its vectors and probabilities."""
