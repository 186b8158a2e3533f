"""Splits of any form, kind and size, drawn by hypothesis, and all that a split says as plain values."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from bounty.rows.amounts import Bits, Numbers
from bounty.rows.answers import Answers, Form, Truth
from bounty.rows.bits import RowSet
from bounty.rows.columns import Columns
from bounty.rows.splits import Split

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
NUMBERS = st.one_of(st.integers(-(10**15), 10**15), st.floats(allow_nan=False, allow_infinity=False))
CELLS = st.sampled_from([NUMBERS, TEXTS, st.booleans()])


@st.composite
def splits(draw, parts=("public", "checker", "confirmation")):
    """Draw a split."""
    rows = draw(st.integers(0, 12))
    form = draw(st.sampled_from(list(Form)))
    most = {Form.DECISION: 1, Form.CLASSES: 5, Form.SCORE: 1000, Form.COST: 10**9}[form]

    def answers():
        return Answers.of(
            form, np.array(draw(st.lists(st.integers(0, most), min_size=rows, max_size=rows)), int)
        )

    columns = {
        name: draw(st.lists(st.none() | draw(CELLS), min_size=rows, max_size=rows))
        for name in draw(st.lists(TEXTS, max_size=4, unique=True))
    }
    others = {name: answers() for name in draw(st.lists(TEXTS, max_size=2, unique=True))}
    truth = Truth(answers().codes)
    if form is Form.COST:
        units = answers().codes
        truth = Truth(units=Bits(RowSet.of(units % 2 == 1)) if draw(st.booleans()) else Numbers(units))
    coded = Columns(Columns.of(columns).by_name, rows)
    return Split(draw(st.sampled_from(parts)), coded, truth, answers(), others)


def content(split):
    """Give all that a split says, types of its arrays included."""
    units = split.truth.units
    return {
        "part": split.part,
        "rows": (split.rows, split.columns.rows),
        "columns": {
            name: (
                one.name,
                one.kind,
                one.levels,
                [type(level) for level in one.levels],
                one.codes.tolist(),
                one.codes.dtype,
            )
            for name, one in split.columns.by_name.items()
        },
        "truth": None if split.truth.codes is None else (split.truth.codes.tolist(), split.truth.codes.dtype),
        "units": None if units is None else (type(units), units.array().tolist()),
        "host": (split.host.form, split.host.codes.tolist(), split.host.codes.dtype),
        "alternatives": {name: (one.form, one.codes.tolist()) for name, one in split.alternatives.items()},
    }
