"""Rows with a missing attribute: how many there are, and how far they could move each gap."""

from __future__ import annotations

from fairkit.missing.bounds import OUTCOMES, GapBounds, MissingShare, gap_bounds, missing_shares

__all__ = ["OUTCOMES", "GapBounds", "MissingShare", "gap_bounds", "missing_shares"]
