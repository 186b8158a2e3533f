"""The public part as a table: what hunters read is what the host judges on."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_splits import content, splits

from bounty.holdout.coarsening import Coarsening
from bounty.holdout.entering import enter
from bounty.holdout.public_files import public_table, read_public, write_public
from bounty.holdout.public_schema import read_schema
from bounty.holdout.splitting import split as split_rows
from bounty.rows.answers import Answers, AnswerSpace, Form, Truth
from bounty.rows.columns import Columns
from bounty.rows.losses import LOSSES_OF, Loss
from bounty.rows.splits import Split
from fairkit.errors import BountyError

CLASSES = {Form.DECISION: ("no", "yes"), Form.CLASSES: ("a", "b, c", '"d"', "e\n", "=f", " ")}
SPACE = AnswerSpace(Form.DECISION, ("no", "yes"))


def space_of(split, low=0.0, high=1.0):
    """Give the space of a drawn split's answers."""
    return AnswerSpace(split.host.form, CLASSES.get(split.host.form, ()), low, high)


def losses_of(form):
    """Give all losses of a form."""
    return tuple(Loss.named(name, form, largest=9, largest_unit=20) for name in LOSSES_OF[form])


def small():
    """Make a public part of four rows."""
    said = Answers.of(Form.DECISION, [1, 0, 1, 1])
    columns = Columns.of(
        {"age": [20, None, 40.5, 20], "label": ["F", "M", None, "x"], "new": [True, None, False, True]}
    )
    truth = Truth(np.array([1, 1, 0, 0], np.uint8))
    return Split("public", columns, truth, said, {"old": Answers.of(Form.DECISION, [0, 0, 1, 1])})


@pytest.fixture
def folder(tmp_path):
    """Return a folder with a public part."""
    coarser = {"age": Coarsening.width(20)}
    write_public(small(), tmp_path, space=SPACE, losses=losses_of(Form.DECISION), coarsenings=coarser)
    return tmp_path


@settings(max_examples=50)
@given(splits(parts=["public"]), st.sampled_from([(0.0, 1.0), (-1.0, 1.0), (0.0, 100.0), (0.1, 0.3)]))
def test_the_public_part_is_read_back_as_it_was(tmp_path_factory, split, scale):
    """Writing and reading changes nothing, of any form, with any names and texts."""
    path = tmp_path_factory.mktemp("public")
    space, losses = space_of(split, *scale), losses_of(split.host.form)
    write_public(split, path, space=space, losses=losses)
    assert content(read_public(path)) == content(split)
    schema = read_schema(path)
    assert (schema.space, schema.losses) == (space, losses)


def test_any_program_reads_the_table(folder):
    """CSV and Parquet hold the values in plain form, and names of roles give way to those of columns."""
    frame = pd.read_csv(folder / "public.csv")
    assert list(frame) == ["age", "label", "new", "label_", "prediction", "use old"]
    assert frame["age"].tolist()[::2] == [20, 40.5]
    assert frame["label_"].tolist() == ["yes", "yes", "no", "no"]
    rows = pq.read_table(folder / "public.parquet").to_pylist()
    assert rows[1] == {
        "age": None,
        "label": "M",
        "new": None,
        "label_": "yes",
        "prediction": "no",
        "use old": "no",
    }
    assert public_table(small(), SPACE).to_pylist() == rows
    assert (folder / "public.csv").read_text().splitlines()[2] == ",M,,yes,no,no"


def test_scores_and_costs_are_numbers_in_the_table():
    """A score is shown in its own range, errors and units as they are."""
    scored = Split(
        "public",
        Columns.of({"g": [1, 2]}),
        Truth(np.array([1000, 0], np.uint16)),
        Answers.of(Form.SCORE, [125, 3]),
    )
    table = public_table(scored, AnswerSpace(Form.SCORE, (), -1.0, 1.0))
    assert table.to_pydict() == {"g": [1, 2], "label": [1.0, -1.0], "score": [-0.75, -0.994]}
    rows = {"g": [1, 1], "e": [3, 0], "w": [14, 9]}
    entered = enter(rows, errors="e", units="w")
    costly = Split("public", entered.columns, entered.truth, entered.host)
    assert public_table(costly, entered.space).to_pydict() == {
        "g": [1, 1],
        "units": [14, 9],
        "errors": [3, 0],
    }


def test_hunters_learn_how_columns_were_made_coarser(folder):
    """The schema has the coarsenings, so that a hunter knows what a lower edge means."""
    assert read_schema(folder).coarsenings == {"age": Coarsening.width(20)}


def test_published_rows_show_nothing_but_coarse_values(tmp_path):
    """No cell of the published files has a value that was coarsened or hidden."""
    rng = np.random.default_rng(0)
    data = {"income": rng.integers(1, 99_999, 600) * 10 + 1, "name": [f"P{i}" for i in range(600)]}
    data |= {"y": rng.integers(0, 2, 600), "p": rng.integers(0, 2, 600)}
    entered = enter(data, label="y", prediction="p", hide=["name"], coarsen=["income=100000"])
    holdout = split_rows(entered, salt=bytes(32))
    write_public(
        holdout.public, tmp_path, space=holdout.space, losses=holdout.losses, coarsenings=holdout.coarsenings
    )
    frame = pd.read_csv(tmp_path / "public.csv")
    assert list(frame) == ["income", "label", "prediction"]
    assert (frame["income"] % 100_000 == 0).all()
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"P1" not in written
    assert content(read_public(tmp_path)) == content(holdout.public)


def test_an_empty_text_is_not_written(tmp_path):
    """A CSV cannot tell an empty text from a missing one, so no such level is published."""
    said = Answers.of(Form.DECISION, [1])
    one = Split("public", Columns.of({"city": [""]}), Truth(np.array([1], np.uint8)), said)
    with pytest.raises(BountyError, match="city have an empty text"):
        write_public(one, tmp_path, space=SPACE, losses=[])


@settings(max_examples=30)
@given(st.data())
def test_a_changed_table_is_refused(tmp_path_factory, data):
    """A table of which any byte was changed, cut off or added is refused."""
    path = tmp_path_factory.mktemp("public")
    write_public(small(), path, space=SPACE, losses=losses_of(Form.DECISION))
    whole = (path / "public.csv").read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    for changed in (
        whole[:place],
        whole + b"\n",
        whole[:place] + bytes([whole[place] ^ data.draw(st.integers(1, 255))]) + whole[place + 1 :],
    ):
        (path / "public.csv").write_bytes(changed)
        with pytest.raises(BountyError, match="was changed since"):
            read_public(path)


CHANGES = {
    "another schema": {"schema": "fairkit.report/1"},
    "another form": {"form": "guess"},
    "one class": {"classes": ["yes"]},
    "equal classes": {"classes": ["yes", "yes"]},
    "classes that are numbers": {"classes": [0, 1]},
    "a range that falls": {"range": [1, 0]},
    "an endless range": {"range": [0, 1e400]},
    "no rows": {"rows": -1},
    "other rows": {"rows": 3},
    "an unknown loss": {"losses": [{"name": "regret", "largest": 1, "largest_unit": 1}]},
    "a negative loss": {"losses": [{"name": "error", "largest": -1, "largest_unit": 1}]},
    "losses of text": {"losses": ["error"]},
    "columns of text": {"columns": ["age"]},
    "columns of null": {"columns": None},
    "levels that fall": {"columns": [{"name": "age", "kind": "number", "levels": [40, 20]}]},
    "another name": {"truth": "new"},
    "a name that is none": {"answer": 3},
    "models as a list": {"alternatives": ["old"]},
    "a coarsening that is none": {"coarsened": {"age": "wide"}},
    "coarsenings as a list": {"coarsened": [3]},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_schema_that_does_not_fit_is_refused(folder, change):
    """A schema that contradicts itself or the table is an error that says to pull again."""
    described = json.loads((folder / "schema.json").read_text())
    (folder / "schema.json").write_text(json.dumps(described | change))
    with pytest.raises(BountyError, match=r"cannot be used.*Pull the bounty's public part again"):
        read_public(folder)


@pytest.mark.parametrize(
    "lacking", ["rows", "columns", "form", "losses", "sha256", "coarsened", "alternatives"]
)
def test_a_schema_that_lacks_something_is_refused(folder, lacking):
    """Every part of the schema must be there."""
    described = json.loads((folder / "schema.json").read_text())
    del described[lacking]
    (folder / "schema.json").write_text(json.dumps(described))
    with pytest.raises(BountyError, match=f"it has no '{lacking}'"):
        read_public(folder)


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 200_000, '{"schema": NaN}', "\udcff"])
def test_a_schema_that_is_no_json_is_refused(folder, text):
    """Whatever the file holds, the error is one of the bounty."""
    (folder / "schema.json").write_text(text, errors="surrogateescape")
    with pytest.raises(BountyError, match=r"schema\.json"):
        read_public(folder)


def test_missing_files_are_named(folder):
    """A folder without table or schema says which file is not there."""
    (folder / "public.csv").unlink()
    with pytest.raises(BountyError, match=r"no file '.*public\.csv'"):
        read_public(folder)
    with pytest.raises(BountyError, match=r"no file '.*schema\.json'"):
        read_schema(folder / "elsewhere")
