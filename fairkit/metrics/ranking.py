"""Metrics of kind ranking."""

from __future__ import annotations

from fairkit.metrics.functionals import Functional

RANKING: tuple[Functional, ...] = ()
"""All metrics of this family."""

DEFAULTS: tuple[str, ...] = ()
"""Those that are measured unless others are asked for."""
