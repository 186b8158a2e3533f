"""Work that needs a Python function per batch: Arrow batches in, counts or columns out, on every engine."""

from __future__ import annotations

from fairkit.batches.counting import count_batches
from fairkit.batches.mapping import map_batches

__all__ = ["count_batches", "map_batches"]
