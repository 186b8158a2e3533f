"""Utterances of several recognisers, sorted by group: what each system's errors add to every sum.

Sums are kept at three heights: of utterances, of each speaker within a group, and of groups. Differences
between systems are linear in them, so whatever is asked of a group, or of all others, is a small product.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairkit.counts import FIELDS
from fairkit.groups import Grouping, group_name, with_declared
from fairkit.kinds import EDITS, Kind
from fairkit.speech.counting import EmptyReferences
from fairkit.speech.members import members
from fairkit.speech.utterances import IntArray, Utterances

FloatArray = NDArray[np.float64]

MOVING: tuple[str, ...] = ("utterances", *EDITS, "erroneous", "spoken", "utterance_rate")
"""Fields that metrics move with; the products only enter variances."""

_GRID = 2.0**30
"""Rates of utterances are multiples of 1 / 2^30, as in :mod:`fairkit.speech.counting`."""


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """One system's sums.

    Parameters
    ----------
    units : array of float64, shape (utterances, moving fields)
    cells : array of float64, shape (cells, moving fields)
        Sums over each speaker's utterances within a group; those of utterances where no speakers are known.
    totals : array of float64, shape (groups, fields)
        Sums over each group of every field, in the order of ``FIELDS`` of the kind.
    errors : array of float64, shape (utterances,)
    """

    units: FloatArray
    cells: FloatArray
    totals: FloatArray
    errors: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class ReleaseRows:
    """Utterances under one normaliser, sorted by the groups of one grouping.

    Parameters
    ----------
    kind : Kind
    names : tuple of str
        Names of the groups, also of declared ones without utterances.
    starts, cell_starts : array of int64, shape (groups + 1,)
        Where each group's utterances, and cells, begin; and the end.
    cluster : array of int64, shape (cells,)
        Number of each cell's speaker, those in several groups first. An utterance whose speaker is not known
        is alone.
    shared : int
        How many speakers are in several groups.
    clustered : bool
        Whether a column of speakers was named.
    heard : mapping of system to Heard
    """

    kind: Kind
    names: tuple[str, ...]
    starts: IntArray
    cell_starts: IntArray
    cluster: IntArray
    shared: int
    clustered: bool
    heard: Mapping[str, Heard]

    @classmethod
    def of(
        cls, utterances: Utterances, grouping: Grouping, normalizer: int, empty_references: EmptyReferences
    ) -> ReleaseRows:
        """Sort the utterances that have a reference, and add up every system's errors."""
        found = members(utterances, grouping)
        groups = with_declared(grouping, found.levels)
        place = np.array([groups.index(group) for group in found.levels], np.int64)
        used = utterances.scored
        if empty_references == "drop":
            used = used & ~utterances.empty_reference[:, normalizer]
        rows = np.flatnonzero(used)
        group = place[found.position[rows]] if len(rows) else np.zeros(0, np.int64)
        cluster, shared = _numbered(utterances.speakers[rows], group)
        order = np.lexsort((cluster, group)) if utterances.has_speakers else np.argsort(group, kind="stable")
        rows, group, cluster = rows[order], group[order], cluster[order]
        fresh = np.ones(len(rows), bool)
        if utterances.has_speakers:
            fresh[1:] = (group[1:] != group[:-1]) | (cluster[1:] != cluster[:-1])
        first = np.flatnonzero(fresh)
        ends = np.arange(len(groups) + 1)
        return cls(
            utterances.kind,
            tuple(group_name(grouping.names, levels) for levels in groups),
            np.searchsorted(group, ends).astype(np.int64),
            np.searchsorted(group[first], ends).astype(np.int64),
            cluster[first],
            shared if utterances.has_speakers else 0,
            utterances.has_speakers,
            {
                system: _heard(
                    utterances.kind, utterances.edits[rows, s, normalizer], group, len(groups), first
                )
                for s, system in enumerate(utterances.systems)
            },
        )

    @property
    def size(self) -> int:
        """Number of utterances."""
        return int(self.starts[-1])


def _heard(kind: Kind, edits: NDArray[np.int32], group: IntArray, groups: int, first: IntArray) -> Heard:
    """Take what one system's utterances add to each field."""
    mine = dict(zip(EDITS, edits.T.astype(np.float64), strict=True))
    said = mine["hits"] + mine["substitutions"] + mine["deletions"]
    errors = mine["substitutions"] + mine["deletions"] + mine["insertions"]
    rate = np.rint(errors / np.maximum(said, 1.0) * _GRID) / _GRID * (said > 0)
    fields = {
        "utterances": np.ones(len(said)),
        **mine,
        "erroneous": (errors > 0).astype(np.float64),
        "spoken": (said > 0).astype(np.float64),
        "utterance_rate": rate,
        "utterance_rate2": np.rint(rate**2 * _GRID) / _GRID,
    }
    for i, one in enumerate(EDITS):
        fields[f"{one}2"] = mine[one] ** 2
        for two in EDITS[i + 1 :]:
            fields[f"{one}_{two}"] = mine[one] * mine[two]
    units = np.column_stack([fields[field] for field in MOVING])
    cells = units if len(first) == len(units) else np.add.reduceat(units, first, axis=0)
    totals = [np.bincount(group, fields[field], groups) for field in FIELDS[kind]]
    return Heard(units, cells, np.column_stack(totals).astype(np.float64), errors)


def _numbered(speakers: IntArray, group: IntArray) -> tuple[IntArray, int]:
    """Give speakers numbers, those in several groups first, and say how many these are."""
    known = speakers >= 0
    ids, found = np.unique(speakers[known], return_inverse=True)
    groups = int(group.max(initial=0)) + 1
    pairs = np.unique(found * groups + group[known]) // groups
    several = np.bincount(pairs, minlength=len(ids)) > 1
    place = np.empty(len(ids), np.int64)
    place[np.argsort(~several, kind="stable")] = np.arange(len(ids))
    cluster = np.empty(len(speakers), np.int64)
    cluster[known] = place[found]
    cluster[~known] = len(ids) + np.arange(int((~known).sum()))
    return cluster, int(several.sum())
