"""Public parts to hunt on: the lending data, rows without any structure, and rows with a planted group."""

from __future__ import annotations

from functools import cache

import numpy as np
from hypothesis import strategies as st

from bounty.rows.amounts import Numbers
from bounty.rows.answers import Answers, AnswerSpace, Form, Truth
from bounty.rows.columns import Columns
from bounty.rows.losses import LOSSES_OF, Loss
from bounty.rows.splits import Split
from fairkit import samples

YES_NO = AnswerSpace(Form.DECISION, ("no", "yes"))
SPACES = {
    Form.DECISION: YES_NO,
    Form.CLASSES: AnswerSpace(Form.CLASSES, ("cat", "dog", "owl")),
    Form.SCORE: AnswerSpace(Form.SCORE),
    Form.COST: AnswerSpace(Form.COST),
}


def loss(name, form=Form.DECISION):
    """Give a loss; a row of costs has at most 40 of at most 40 units."""
    return Loss.named(name, form, largest=40, largest_unit=40)


def losses(form):
    """Give all losses of a form."""
    return [loss(name.value, form) for name in LOSSES_OF[form]]


@cache
def lending(rows=20_000):
    """Give the lending data: sex and race matter only together."""
    frame = samples.lending(rows=rows).dropna(subset=["repaid", "approved"])
    values = {
        name: [value if isinstance(value, str) else None for value in frame[name]]
        for name in ("sex", "race", "age_band", "home", "region")
    }
    values["income"] = [int(value // 10_000) for value in frame["income"]]
    truth = Truth((frame["repaid"] == "yes").to_numpy().astype(np.uint8))
    host = Answers.of(Form.DECISION, (frame["approved"] == "yes").to_numpy())
    return Split("public", Columns.of(values), truth, host)


def columns(generator, rows):
    """Draw text, numbers and booleans that mean nothing, some of them missing."""
    drawn = {
        "kind": generator.choice(["a", "b", "c", "d"], rows).tolist(),
        "size": generator.integers(0, 40, rows).tolist(),
        "old": (generator.random(rows) < 0.4).tolist(),
        "place": generator.choice(["x", "y"], rows, p=[0.3, 0.7]).tolist(),
    }
    for values in drawn.values():
        for place in np.flatnonzero(generator.random(rows) < 0.05):
            values[place] = None
    return Columns.of(drawn)


def planted(form, seed, *, rows=4_000, where="kind == 'b' and size < 20", worse=0.5, otherwise=0.1):
    """Draw a model that is worse where a predicate holds; it has an alternative that is not."""
    from bounty.rows.subgroups import Subgroup

    generator = np.random.default_rng(seed)
    drawn = columns(generator, rows)
    inside = Subgroup.of(where, drawn).rows(drawn).mask
    wrong = generator.random(rows) < np.where(inside, worse, otherwise)
    slips = generator.random(rows) < otherwise
    if form is Form.COST:
        units = generator.integers(1, 30, rows)
        host = generator.binomial(units, np.where(inside, worse, otherwise))
        other = generator.binomial(units, otherwise)
        truth = Truth(units=Numbers(units))
    elif form is Form.SCORE:
        true = generator.random(rows) < 0.3
        truth = Truth(np.where(true, 1000, 0))
        host = np.where(true ^ wrong, 800, 200)
        other = np.where(true ^ slips, 800, 200)
    elif form is Form.CLASSES:
        codes = np.where(
            generator.random(rows) < 0.7, drawn.by_name["kind"].codes % 3, generator.integers(0, 3, rows)
        )
        truth, host, other = Truth(codes), (codes + wrong) % 3, (codes + slips) % 3
    else:
        codes = (generator.random(rows) < np.where(drawn.by_name["place"].codes == 0, 0.8, 0.3)).astype(
            np.int64
        )
        truth, host, other = Truth(codes), codes ^ wrong, codes ^ slips
    return Split("public", drawn, truth, Answers.of(form, host), {"other": Answers.of(form, other)})


@st.composite
def coded_columns(draw, *, most_rows=40, most_columns=3):
    """Draw columns of every kind, with missing values and with levels that no row has."""
    rows = draw(st.integers(1, most_rows))
    made, levels = {}, {}
    for place in range(draw(st.integers(1, most_columns))):
        pool = draw(
            st.sampled_from(
                [["a", "b", "it's", 'x "y"', "and"], [-3, 0, 1, 2.5, 7, 10**9], [True, False], [0.1, 0.2]]
            )
        )
        name = f"c {place}" if draw(st.booleans()) else f"c{place}"
        made[name] = draw(st.lists(st.sampled_from([*pool, None]), min_size=rows, max_size=rows))
        levels[name] = pool
    return Columns.of(made, levels=levels)


def splits_without_hope(form):
    """Give splits on which nothing can be found, by what is wrong with them."""
    generator = np.random.default_rng(0)
    full = planted(form, 0, rows=400)

    def cut(rows):
        return full.taking(np.arange(rows), "public")

    def with_columns(values):
        return Split("public", values, full.truth, full.host)

    ones = np.ones(400, dtype=np.int64)
    truth = (
        Truth(units=Numbers(5 * ones))
        if form is Form.COST
        else Truth(ones * (1000 if form is Form.SCORE else 1))
    )
    right = 0 * ones if form is Form.COST else truth.codes
    nothing = Columns.of({"size": [None] * 400, "kind": [None] * 400})
    return {
        "no rows": cut(0),
        "one row": cut(1),
        "few rows": cut(100),
        "no columns": with_columns(Columns({}, 400)),
        "all missing": with_columns(nothing),
        "one level": with_columns(Columns.of({"kind": ["a"] * 400})),
        "a level a row": with_columns(Columns.of({"name": [f"n{place}" for place in range(400)]})),
        "never wrong": Split("public", columns(generator, 400), truth, Answers.of(form, right)),
    }
