"""Columns with missing values, and predicates over them, drawn at random."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np

NUMBERS = st.sampled_from([-3, 0, 1, 2.5, 7, 1e300, 0.1, 2**53 - 1])
TEXTS = st.sampled_from(["", "rent", "own", "a'b", "Z", "\u00e9", "\U0001f600"])
NAMES = {"age": NUMBERS, "home": TEXTS, "employed": st.booleans(), "pay rise": NUMBERS}


@st.composite
def values(draw, least: int = 0, most: int = 140) -> dict[str, list[Any]]:
    """Draw the values of four columns of one length; None is missing."""
    rows = draw(st.integers(least, most))
    drawn = {}
    for name, kind in NAMES.items():
        present = draw(st.lists(kind, min_size=1, max_size=6))
        seed = draw(st.integers(0, 2**32 - 1))
        picks = np.random.default_rng(seed).integers(-1, len(present), rows)
        drawn[name] = [None if pick < 0 else present[pick] for pick in picks]
    return drawn


def _literal(value: Any) -> str:
    return (
        repr(value)
        if not isinstance(value, str)
        else "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    )


@st.composite
def _tests(draw) -> str:
    name = draw(st.sampled_from(sorted(NAMES)))
    shown = f"`{name}`" if " " in name else name
    form = draw(st.integers(0, 4))
    if form == 0:
        return f"{shown} is {draw(st.sampled_from(['', 'not ']))}missing"
    if name == "employed":
        return draw(st.sampled_from([shown, f"not {shown}", f"{shown} == False", f"{shown} != True"]))
    if form == 1:
        listed = ", ".join(map(_literal, draw(st.lists(NAMES[name], min_size=1, max_size=4))))
        return f"{shown} {draw(st.sampled_from(['in', 'not in']))} ({listed})"
    value = _literal(draw(NAMES[name]))
    if name == "home":
        return f"{shown} {draw(st.sampled_from(['==', '!=']))} {value}"
    if form == 2:
        return f"{value} <= {shown} < {_literal(draw(NUMBERS))}"
    return f"{shown} {draw(st.sampled_from(['==', '!=', '<', '<=', '>', '>=']))} {value}"


def predicates() -> st.SearchStrategy[str]:
    """Draw a predicate over those columns."""
    return st.recursive(
        _tests(),
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda three: f"({' '.join(three)})"),
            inner.map(lambda text: f"not ({text})"),
        ),
        max_leaves=6,
    )
