"""Metrics of kind regression."""

from __future__ import annotations

from fairkit.metrics.functionals import Functional

REGRESSION: tuple[Functional, ...] = ()
"""All metrics of this family."""

DEFAULTS: tuple[str, ...] = ()
"""Those that are measured unless others are asked for."""
