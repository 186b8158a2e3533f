"""Remedies: what fairlearn offers for a disparity, and whether it works on rows that it has not seen.

:mod:`~fairkit.remedies.offers` says which of fairlearn's algorithms aims at which metric;
:mod:`~fairkit.remedies.mitigation` fits one on a part of the rows and judges the other part before and after.
Only the offers are loaded here, so that a command's help stays quick.
"""

from __future__ import annotations

from fairkit.remedies.catalogue import CONSTRAINTS, ESTIMATORS, METHODS, OBJECTIVES
from fairkit.remedies.offers import Remedy, offered, remedies_for

__all__ = ["CONSTRAINTS", "ESTIMATORS", "METHODS", "OBJECTIVES", "Remedy", "offered", "remedies_for"]
