"""What predicates say of rows whose columns may be texts: those of a CSV have no types.

Rows come batch by batch, and no batch knows what the others hold. So a text is read as what the predicate
compares it with, never as what its neighbours look like.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairkit._predicate_nodes import LiteralKind, Missing, kind_of_leaf, leaves
from fairkit.counts import Level
from fairkit.errors import DataError, shortlist
from fairkit.predicates import Predicate, to_mask

_TRUTHS = {"true": True, "false": False}
_HOLDS = {"number": "numbers", "bool": "true/false"}


def answers(
    predicate: Predicate, columns: Mapping[str, Sequence[Any]], missing: Sequence[str]
) -> list[Level]:
    """Answer a predicate for every row, as the levels of a group.

    Parameters
    ----------
    predicate : Predicate
    columns : mapping of str to sequence
        Those that the predicate reads, at least.
    missing : sequence of str
        Texts that mean "missing".

    Returns
    -------
    list of (str or None)
        ``"True"``, ``"False"``, or None where the answer is missing.

    Raises
    ------
    DataError
        A text is no number, or neither true nor false, where the predicate compares it with such.
    PredicateError
        A column that is not of texts does not fit.

    Examples
    --------
    >>> from fairkit.predicates import parse
    >>> answers(parse("age < 10"), {"age": ["10", "9", "?"]}, ["?"])
    ['False', 'True', None]
    >>> answers(parse("room == '9'"), {"room": ["10", "9", None]}, [])
    ['False', 'True', None]
    """
    kinds = {
        leaf.column: kind_of_leaf(leaf) for leaf in leaves(predicate.node) if not isinstance(leaf, Missing)
    }
    read = {name: _read(name, columns[name], missing, kinds.get(name)) for name in predicate.columns}
    words = {1: "True", 0: "False"}
    return [words.get(truth) for truth in to_mask(predicate, read).tolist()]


def _read(
    name: str, values: Sequence[Any], missing: Sequence[str], kind: LiteralKind | None
) -> NDArray[np.object_]:
    """Read the texts of a column as what they are compared with; what is no text stays as it is."""
    read: dict[Any, Any] = dict.fromkeys(missing)
    wrong = []
    if kind in _HOLDS:
        for text in dict.fromkeys(v for v in values if isinstance(v, str) and v not in missing):
            try:
                read[text] = float(text) if kind == "number" else _TRUTHS[text.strip().casefold()]
            except (ValueError, KeyError):
                wrong.append(text)
        if wrong:
            raise DataError(f"column '{name}' must hold {_HOLDS[kind]}; it has {shortlist(wrong)}.")
    return np.array([read.get(v, v) if isinstance(v, str) else v for v in values], object)
