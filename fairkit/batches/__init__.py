"""Work that needs a Python function per batch: Arrow batches in, counts out, on every engine."""

from __future__ import annotations

from fairkit.batches.counting import count_batches

__all__ = ["count_batches"]
