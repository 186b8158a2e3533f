"""Groups of utterances: which group of a grouping each utterance is in, and what groups are called."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fairkit.counts import Level
from fairkit.groups import Grouping, group_name
from fairkit.speech.utterances import IntArray, Utterances


@dataclass(frozen=True, slots=True)
class Members:
    """The groups of one grouping.

    Parameters
    ----------
    attribute : str
        Name of the grouping.
    names : tuple of str
        Names of the groups that have utterances, in the order of their levels.
    levels : tuple of tuple of (str or None)
    position : array of int64, shape (utterances,)
        Place of every utterance's group in `names`.
    """

    attribute: str
    names: tuple[str, ...]
    levels: tuple[tuple[Level, ...], ...]
    position: IntArray


def members(utterances: Utterances, grouping: Grouping) -> Members:
    """Find the group of every utterance.

    Parameters
    ----------
    utterances : Utterances
        Scored by at least the attributes of the grouping.
    grouping : Grouping

    Examples
    --------
    >>> from fairkit.groups import groupings
    >>> from fairkit.speech import score_texts
    >>> found = score_texts(["a b", "c"], ["a", "c"], by={"accent": ["X", "Y"], "noise": ["no", "no"]})
    >>> members(found, groupings("accent,noise")[0]).names
    ('accent=X & noise=no', 'accent=Y & noise=no')
    """
    columns = [utterances.attributes.index(name) for name in grouping.names]
    flat = np.zeros(len(utterances), np.int64)
    for column in columns:
        flat = flat * len(utterances.levels[column]) + utterances.codes[:, column]
    present, position = np.unique(flat, return_inverse=True)
    levels: list[tuple[Level, ...]] = []
    for code in present.tolist():
        own: list[Level] = []
        for column in reversed(columns):
            code, place = divmod(code, len(utterances.levels[column]))  # noqa: PLW2901 - digit by digit
            own.append(utterances.levels[column][place])
        levels.append(tuple(reversed(own)))
    names = tuple(group_name(grouping.names, group) for group in levels)
    return Members(grouping.name, names, tuple(levels), np.asarray(position, np.int64))
