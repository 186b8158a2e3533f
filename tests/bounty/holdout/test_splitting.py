"""The three parts: who decides which row goes where, how many, and what no part may tell of another."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import chain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bounty.holdout.entering import enter
from bounty.holdout.splitting import SHARES, permutation, split
from fairkit.errors import BountyError, UsageError
from fairkit.samples import load_adult

SALT = bytes(range(32))


def people(rows=600, *, seed=1, **more):
    """Make rows of a made-up model, of which the label is right three times in four."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, rows)
    return {
        "age": rng.integers(20, 60, rows),
        "city": rng.choice(["Bern", "Chur", "Biel"], rows).tolist(),
        "y": y,
        "p": np.where(rng.random(rows) < 0.25, 1 - y, y),
        **more,
    }


def entered(rows=600, **options):
    """Enter made-up rows."""
    return enter(people(rows), label="y", prediction="p", **options)


def rows_of(part):
    """Give a part's rows as a sequence of tuples."""
    columns = [column.values() for _, column in sorted(part.columns.by_name.items())]
    return list(zip(*columns, part.truth.codes.tolist(), part.host.codes.tolist(), strict=True))


def numbered(rows=600, **options):
    """Enter rows with a number each, as another model's errors, so that parts can be traced to rows."""
    data = {"words": np.full(rows, 10), "errors": np.arange(rows) % 7, "row": np.arange(rows)}
    data |= {"sex": np.arange(rows) % 2} | options.pop("more", {})
    return enter(data, errors="errors", units="words", alternatives={"row": "row"}, **options)


def traced(holdout):
    """Give the numbers of the rows of each part."""
    return [part.alternatives["row"].codes.tolist() for part in holdout.parts]


# --- shares ---


@given(
    st.integers(300, 1500),
    st.sampled_from([SHARES, ("1/3", "1/3", "1/3"), (0.5, 0.25, 0.25)]),
    st.binary(min_size=16, max_size=32),
)
@settings(max_examples=25)
def test_shares_are_exact(rows, shares, salt):
    """Each part has its share of the rows, to less than one row, and every row is in one part."""
    holdout = split(numbered(rows), salt=salt, shares=shares, least_rows=1)
    for part, share in zip(holdout.parts, shares, strict=True):
        assert abs(part.rows - rows * Fraction(str(share))) < 1
    assert sorted(chain(*traced(holdout))) == list(range(rows))


@given(st.lists(st.integers(1, 60), min_size=4, max_size=4), st.binary(min_size=16, max_size=16))
@settings(max_examples=25)
def test_strata_have_their_shares_where_they_are_asked_for(sizes, salt):
    """Within each combination of label and answer, every part has its share to less than one row."""
    y = np.repeat([0, 0, 1, 1], sizes)
    p = np.repeat([0, 1, 0, 1], sizes)
    data = {"g": np.zeros(len(y)), "y": y, "p": p}
    holdout = split(enter(data, label="y", prediction="p"), salt=salt, stratified=True, least_rows=0)
    for part, share in zip(holdout.parts, map(Fraction, SHARES), strict=True):
        found = Counter(zip(part.truth.codes.tolist(), part.host.codes.tolist(), strict=True))
        for stratum, size in zip([(0, 0), (0, 1), (1, 0), (1, 1)], sizes, strict=True):
            assert abs(found[stratum] - size * share) < 1


def test_a_row_of_a_rare_stratum_can_come_into_any_part():
    """A stratum of one row goes to each part as often as the part's share says."""
    data = {"g": [0, 1] * 150, "y": [0] * 300, "p": [0] * 299 + [1]}
    one = enter(data, label="y", prediction="p")
    found = Counter()
    for number in range(300):
        holdout = split(one, salt=b"salt %011d" % number, stratified=True, least_rows=1)
        found[next(part.part for part in holdout.parts if part.host.codes.any())] += 1
    assert abs(found["public"] - 120) < 35
    assert abs(found["checker"] - 120) < 35
    assert abs(found["confirmation"] - 60) < 28


def test_parts_are_independent_unless_strata_are_asked_for():
    """The error rates of two parts of a random sample do not vary together, and with strata they do.

    Thresholds of claims are computed for parts that know nothing of one another.
    """
    rng = np.random.default_rng(5)
    rates = {False: [], True: []}
    for _ in range(120):
        y = rng.integers(0, 2, 400)
        data = {"g": rng.integers(0, 2, 400), "y": y, "p": np.where(rng.random(400) < 0.2, 1 - y, y)}
        one = enter(data, label="y", prediction="p")
        for stratified, found in rates.items():
            holdout = split(one, salt=rng.bytes(32), stratified=stratified, least_rows=1)
            found.append([np.mean(part.truth.codes != part.host.codes) for part in holdout.parts[1:]])
    correlation = {one: np.corrcoef(np.array(found).T)[0, 1] for one, found in rates.items()}
    assert abs(correlation[False]) < 0.35
    assert correlation[True] > 0.8


# --- the salt ---


def test_the_same_salt_gives_the_same_parts():
    """Salt and rows decide the parts, their order included."""
    one, other = (split(entered(), salt=SALT) for _ in range(2))
    assert [rows_of(part) for part in one.parts] == [rows_of(part) for part in other.parts]


def test_another_salt_changes_everything():
    """A salt that differs in one bit gives parts that overlap as chance would have it, in another order."""
    one, other = (
        traced(split(numbered(1000), salt=salt)) for salt in (SALT, SALT[:-1] + bytes([SALT[-1] ^ 1]))
    )
    for mine, theirs, share in zip(one, other, (0.4, 0.4, 0.2), strict=True):
        assert abs(len({*mine} & {*theirs}) - 1000 * share**2) < 60
        assert mine != sorted(mine)
    assert one != other


@given(st.permutations(range(160)), st.booleans())
@settings(max_examples=10)
def test_the_order_of_the_rows_plays_no_part(order, clustered):
    """The same rows in another order give the same parts, equal rows and clusters included."""
    data = people(160, person=np.arange(160) // 2)
    data["age"] = data["age"] // 20
    shuffled = {name: [values[i] for i in order] for name, values in data.items()}
    one, other = (
        split(
            enter(
                rows,
                label="y",
                prediction="p",
                **({"cluster": "person"} if clustered else {"hide": ["person"]}),
            ),
            salt=SALT,
            least_rows=1,
        )
        for rows in (data, shuffled)
    )
    assert [rows_of(part) for part in one.parts] == [rows_of(part) for part in other.parts]


def test_the_order_of_the_columns_plays_no_part():
    """Columns may come in any order."""
    data = people()
    one, other = (
        split(enter(dict(rows), label="y", prediction="p"), salt=SALT)
        for rows in (data.items(), reversed(data.items()))
    )
    assert [rows_of(part) for part in one.parts] == [rows_of(part) for part in other.parts]


def test_a_short_salt_is_refused():
    """A salt that could be guessed is no salt."""
    with pytest.raises(UsageError, match="which can be guessed"):
        split(entered(), salt=b"hunter2")


# --- clusters ---


@given(st.lists(st.integers(1, 6), min_size=60, max_size=120), st.binary(min_size=16, max_size=16))
@settings(max_examples=20)
def test_a_cluster_is_in_one_part_and_once_in_a_and_b(sizes, salt):
    """P has all rows of its clusters, A and B one row of each of theirs, and the others are counted."""
    person = np.repeat(np.arange(len(sizes)), sizes)
    one = numbered(len(person), cluster="person", more={"person": person})
    holdout = split(one, salt=salt, least_rows=1)
    public, checker, confirmation = ([person[row] for row in rows] for rows in traced(holdout))
    assert len({*public} | {*checker} | {*confirmation}) == len({*public}) + len({*checker}) + len(
        {*confirmation}
    )
    assert all(Counter(public)[one] == sizes[one] for one in {*public})
    assert len({*checker}) == len(checker)
    assert len({*confirmation}) == len(confirmation)
    for clusters, share in ((len({*public}), 0.4), (len(checker), 0.4), (len(confirmation), 0.2)):
        assert abs(clusters - len(sizes) * share) <= 1
    left = sum(holdout.left_out.values())
    assert left + sum(part.rows for part in holdout.parts) == len(person)


def test_the_row_of_a_cluster_is_chosen_by_the_salt():
    """Neither the first nor any other row of a cluster is preferred."""
    person = np.arange(900) // 3
    places = Counter(
        row % 3
        for number in range(4)
        for rows in traced(
            split(
                numbered(900, cluster="person", more={"person": person}),
                salt=b"salt %011d" % number,
                least_rows=1,
            )
        )[1:]
        for row in rows
    )
    assert all(abs(count - 240) < 60 for count in places.values())


def test_rows_without_a_cluster_are_left_out():
    """Whom a row belongs to must be known where rows belong together."""
    data = people(600, person=[None] * 6 + list(range(594)))
    assert enter(data, label="y", prediction="p", cluster="person").left_out == {
        "cluster 'person' is missing": 6
    }


# --- what is refused ---


def test_all_refusals_come_at_once():
    """Small parts, columns that name rows, a copy of the label and an unfit edge are one error."""
    data = people(260)
    data |= {
        "applicant": [f"P{i}" for i in range(260)],
        "income": np.arange(260) * 7.5,
        "copy": data["y"] + 10,
    }
    one = enter(data, label="y", prediction="p", coarsen=["age=30,40"])
    with pytest.raises(BountyError) as caught:
        split(one, salt=SALT)
    found = "\n".join(caught.value.problems)
    for part in (
        "the confirmation would have 52 rows, fewer than 100",
        "--hide applicant or --coarsen applicant=f50",
        "--coarsen income=",
        "'copy' says what the label says",
        "lie below the first edge, 30",
    ):
        assert part in found
    assert len(caught.value.problems) == 5


@pytest.mark.parametrize(
    "shares", [(0.5, 0.5), (0.5, 0.5, 0), (0.5, 0.4, 0.2), ("a", "b", "c"), (2, 1, 1), (1.5, -1, 0.5)]
)
def test_shares_that_are_none_are_refused(shares):
    """Shares are three positive numbers that sum to 1."""
    with pytest.raises(UsageError, match="three positive numbers that sum to 1"):
        split(entered(), salt=SALT, shares=shares)


def test_a_planted_row_number_reaches_no_claim():
    """A column that numbers the rows is refused in every disguise, and hidden it is in no part."""
    disguises = {
        "text": [f"row {i}" for i in range(600)],
        "number": np.arange(600),
        "fraction": np.arange(600) / 7,
        "pairs": [i // 2 if i < 400 else i for i in range(600)],
    }
    for name, values in disguises.items():
        data = people(600, **{name: values})
        with pytest.raises(BountyError, match=f"column '{name}'"):
            split(enter(data, label="y", prediction="p"), salt=SALT)
        holdout = split(enter(data, label="y", prediction="p", hide=[name]), salt=SALT)
        assert all(set(part.columns.by_name) == {"age", "city"} for part in holdout.parts)


def test_parts_have_the_levels_of_the_public_part():
    """A and B have the columns and levels of P, so that levels tell nothing of them."""
    data = people(600)
    data["city"][-1] = "Zug"
    data["age"][-1] = 99
    for number in range(6):
        holdout = split(enter(data, label="y", prediction="p"), salt=b"salt %011d" % number)
        shown = set(holdout.public.columns.by_name["city"].values())
        for part in holdout.parts:
            assert part.columns.by_name["city"].levels == tuple(sorted(shown))
            assert part.columns.by_name["age"].levels == holdout.public.columns.by_name["age"].levels
        assert ("Zug" in shown) == (99 in holdout.public.columns.by_name["age"].levels)


def test_coarsenings_are_those_of_the_columns():
    """The holdout says how each column was coarsened, and the public rows show just that."""
    holdout = split(entered(coarsen=["age=10"]), salt=SALT)
    assert {name: one.text for name, one in holdout.coarsenings.items()} == {"age": "10"}
    assert set(holdout.public.columns.by_name["age"].values()) == {20, 30, 40, 50}


@pytest.mark.parametrize("form", ["classes", "score", "cost"])
def test_every_form_of_answers_can_be_split(form):
    """Classes, scores and costs are split with their truth, with and without strata."""
    rng = np.random.default_rng(0)
    data = {"g": rng.integers(0, 3, 500), "c": rng.integers(0, 4, 500), "d": rng.integers(0, 4, 500)}
    data |= {"s": rng.random(500), "y": rng.integers(0, 2, 500)}
    call = {
        "classes": {"label": "c", "prediction": "d", "hide": ["s", "y"]},
        "score": {"label": "y", "score": "s", "hide": ["c", "d"]},
        "cost": {"errors": "c", "units": "d", "hide": ["s", "y"]},
    }[form]
    one = enter(data, **call)
    for stratified in (False, True):
        holdout = split(one, salt=SALT, stratified=stratified, least_rows=50)
        assert sum(part.rows for part in holdout.parts) == 500
        total = sum(part.lost(one.losses[0]).array().sum() for part in holdout.parts)
        assert total == one.losses[0].lost(one.host, one.truth).array().sum()


# --- orders ---


def test_an_order_is_drawn_anew_each_time():
    """A permutation has every row once, and no two are alike."""
    one, other = permutation(1000), permutation(1000)
    assert sorted(one) == sorted(other) == list(range(1000))
    assert (one != other).any()
    assert len(permutation(0)) == 0


# --- real data ---


@pytest.mark.realdata
def test_adult_is_split_as_a_host_would(real_data):
    """All 48,842 rows of Adult become three parts once the columns that name rows are dealt with."""
    frame = load_adult(real_data / "adult")
    frame["said"] = np.where(
        (frame["education-num"] >= 13) & (frame["hours-per-week"] >= 40), ">50K", "<=50K"
    )
    call = {"label": "income", "prediction": "said", "positive": ">50K", "hide": ["split"]}
    with pytest.raises(BountyError) as caught:
        split(enter(frame, **call), salt=SALT)
    assert [problem.partition("'")[2].partition("'")[0] for problem in caught.value.problems] == ["fnlwgt"]
    one = enter(
        frame, **call | {"hide": ["split", "fnlwgt"]}, coarsen=["age=10", "capital-gain=0,1,5000,20000"]
    )
    holdout = split(one, salt=SALT)
    assert [part.rows for part in holdout.parts] == [19537, 19537, 9768]
    assert holdout.public.columns.by_name["age"].levels == (10, 20, 30, 40, 50, 60, 70, 80, 90)
    assert holdout.public.columns.by_name["workclass"].kind == "text"
