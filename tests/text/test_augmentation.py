"""Augmentation: which versions of a row are kept, by rules that no engine, order or batch changes."""

from __future__ import annotations

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairkit.errors import DataError, UsageError
from fairkit.text import TableSwapper, augment, swap_file
from fairkit.text.augmentation import drawn

PETS = TableSwapper({"cat": "dog"}, attribute="pets")
ROWS = {"text": ["a cat", "no pet", None, "cat and dog", ""], "label": [1, 0, 1, 0, 1]}


def rows_of(found):
    """Return any frame's rows as tuples, None where a value is missing."""
    if isinstance(found, pl.LazyFrame):
        found = found.collect()
    if isinstance(found, pl.DataFrame):
        return found.rows()
    if isinstance(found, pd.DataFrame):
        found = {name: found[name].tolist() for name in found}
    if isinstance(found, pa.Table):
        found = found.to_pydict()
    plain = [[None if value != value else value for value in values] for values in found.values()]  # noqa: PLR0124
    return list(zip(*plain, strict=True))


ADDED = [
    ("a cat", 1, "original", 0),
    ("a dog", 1, "counterfactual", 0),
    ("no pet", 0, "original", 1),
    ("no pet", 0, "copy", 1),
    (None, 1, "original", 2),
    (None, 1, "copy", 2),
    ("cat and dog", 0, "original", 3),
    ("dog and cat", 0, "counterfactual", 3),
    ("", 1, "original", 4),
    ("", 1, "copy", 4),
]
BUILD = {
    "mapping": dict,
    "pandas": pd.DataFrame,
    "polars": pl.DataFrame,
    "lazy": pl.LazyFrame,
    "arrow": pa.table,
}


@pytest.mark.parametrize("build", BUILD.values(), ids=BUILD.keys())
def test_counterfactuals_are_added_behind_their_texts(build):
    """Every row is followed by its counterfactual, or its copy, with labels and the number of the row."""
    found = augment(build(ROWS), "text", attribute=PETS)
    assert type(found) is type(build(ROWS))
    assert rows_of(found) == ADDED


@pytest.mark.parametrize("build", BUILD.values(), ids=BUILD.keys())
def test_only_rows_that_change_are_added(build):
    """Where nothing changes, nothing is added."""
    found = rows_of(augment(build(ROWS), "text", mode="where-changed", attribute=PETS))
    assert found == [row for row in ADDED if row[2] != "copy"]


@pytest.mark.parametrize("build", BUILD.values(), ids=BUILD.keys())
def test_substitution_keeps_the_number_of_rows(build):
    """Each row is itself or its counterfactual, as its number and the seed say."""
    rows = {"text": ["a cat"] * 40 + ["no pet"] * 2, "label": list(range(42))}
    found = rows_of(augment(build(rows), "text", mode="substitute", attribute=PETS, seed=3))
    expected = [drawn(row, seed=3) for row in range(40)]
    assert [text == "a dog" for text, *_ in found[:40]] == expected
    assert [kind for *_, kind in found] == [
        "counterfactual" if one else "original" for one in [*expected, False, False]
    ]
    assert [label for _, label, _ in found] == rows["label"]


def test_pandas_repeats_its_index():
    """Versions of a row have the row's label in the index, and its types."""
    frame = pd.DataFrame(ROWS, index=list("abcde")).astype({"label": "int8"})
    found = augment(frame, "text", mode="where-changed", attribute=PETS)
    assert found.index.tolist() == list("aabcdde")
    assert found["label"].dtype == "int8"
    assert found["pair"].dtype == "int64"


def test_rows_of_one_identifier_are_drawn_together():
    """A document's sentences are swapped together or not at all, in any order; a missing id stands alone."""
    rows = {"text": ["cat"] * 60, "document": [f"d{row % 6}" for row in range(60)]}
    found = augment(rows, "text", mode="substitute", attribute=PETS, identifier="document", seed=1)
    by = {}
    for text, document in zip(found["text"], found["document"], strict=True):
        by.setdefault(document, set()).add(text)
    assert all(len(texts) == 1 for texts in by.values())
    assert {text for texts in by.values() for text in texts} == {"cat", "dog"}
    turned = {name: values[::-1] for name, values in rows.items()}
    again = augment(turned, "text", mode="substitute", attribute=PETS, identifier="document", seed=1)
    assert again["text"] == found["text"][::-1]
    asked = {"mode": "substitute", "attribute": PETS, "seed": 1}
    alone = augment(rows | {"document": [None] * 60}, "text", identifier="document", **asked)
    assert alone["text"] == augment(rows, "text", **asked)["text"]


def test_an_identifier_is_the_same_as_number_and_as_text():
    """7 in a frame and "7" in a CSV are one document."""
    asked = {"mode": "substitute", "attribute": PETS, "identifier": "id"}
    numbers = augment({"text": ["cat"] * 20, "id": list(range(20))}, "text", **asked)
    written = augment({"text": ["cat"] * 20, "id": [str(n) for n in range(20)]}, "text", **asked)
    assert numbers["text"] == written["text"]


@pytest.mark.parametrize("probability", [0, 0.25, 1])
def test_the_lot_falls_as_often_as_asked(probability):
    """Over many rows the share drawn is the probability, within what chance allows."""
    share = sum(drawn(row, seed=5, probability=probability) for row in range(4000)) / 4000
    assert abs(share - probability) < 4 * (probability * (1 - probability) / 4000) ** 0.5 + 1e-12


def test_seeds_draw_differently():
    """Another seed is another lot, and the draws of two seeds do not hang together."""
    first, second = ([drawn(row, seed=seed) for row in range(2000)] for seed in (0, 1))
    agree = sum(a == b for a, b in zip(first, second, strict=True)) / 2000
    assert 0.45 < agree < 0.55


def test_counterfactuals_in_doubt_can_be_dropped():
    """What merged two levels is not used, and the text counts as one that has no counterfactual."""
    to_dog = TableSwapper({"levels": ["a", "b"], "words": [["cat", "dog"]]}, target="b")
    kept = augment(ROWS, "text", attribute=to_dog, mode="where-changed")
    sure = augment(ROWS, "text", attribute=to_dog, mode="where-changed", drop_ambiguous=True)
    assert "dog and dog" in kept["text"]
    assert sure["text"] == ["a cat", "a dog", "no pet", None, "cat and dog", ""]


@settings(max_examples=20)
@given(
    texts=st.lists(st.sampled_from(["a cat", "no pet", None, "a dog", ""]), max_size=30),
    mode=st.sampled_from(["add", "substitute", "where-changed"]),
    seed=st.integers(0, 3),
)
def test_engines_and_files_agree(texts, mode, seed, tmp_path_factory):
    """A frame of any engine and a file, read in chunks by several steps, give one result."""
    rows = {"text": texts, "n": list(range(len(texts)))}
    expected = rows_of(augment(rows, "text", mode=mode, attribute=PETS, seed=seed))
    frame = pl.DataFrame(rows, schema={"text": pl.String, "n": pl.Int64})
    assert rows_of(augment(frame, "text", mode=mode, attribute=PETS, seed=seed)) == expected
    folder = tmp_path_factory.mktemp("rows")
    frame.write_parquet(folder / "in.parquet", row_group_size=7)
    swap_file(
        folder / "in.parquet", folder / "out.parquet", column="text", mode=mode, attribute=PETS, seed=seed
    )
    assert pl.read_parquet(folder / "out.parquet").rows() == expected


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"mode": "ad"}, UsageError, "there is no mode 'ad'.*Did you mean 'add'"),
        ({"mode": "replace"}, UsageError, "there is no mode 'replace'"),
        ({"mode": "substitute", "probability": 1.5}, UsageError, "probability must lie between 0 and 1"),
        ({"mode": "substitute", "seed": "x"}, UsageError, "seed must be a whole number"),
        ({"version": "v", "pair": "v"}, UsageError, "both called 'v'"),
        ({"identifier": "label"}, UsageError, "an identifier goes with the mode 'substitute'"),
        ({"mode": "substitute", "identifier": "lable"}, DataError, "Did you mean 'label'"),
        ({"version": "label"}, DataError, "have a column 'label' already"),
        ({"pair": "text"}, DataError, "have a column 'text' already"),
        ({"column": "texts"}, DataError, "Did you mean 'text'"),
    ],
)
def test_wrong_questions_are_refused(options, error, said):
    """Modes, probabilities, columns and options that do not go together are named."""
    asked = {"column": "text", "attribute": PETS} | options
    with pytest.raises(error, match=said):
        augment(ROWS, asked.pop("column"), **asked)


def test_dask_rows_are_refused_with_a_way_out():
    """Rows without numbers cannot be paired, and the message says what can be done."""
    import dask.dataframe as dd

    with pytest.raises(UsageError, match="use swap_file"):
        augment(dd.from_pandas(pd.DataFrame(ROWS), npartitions=2), "text", attribute=PETS)


def test_files_and_streams_become_arrow_tables(tmp_path):
    """What has no frame of its own to give back is given back as a table."""
    (tmp_path / "rows.csv").write_text("text,label\na cat,1\n", encoding="utf-8")
    kinds = ["original", "counterfactual"]
    expected = {"text": ["a cat", "a dog"], "label": ["1", "1"], "version": kinds, "pair": [0, 0]}
    assert augment(tmp_path / "rows.csv", "text", attribute=PETS).to_pydict() == expected
    stream = pa.table({"text": ["a cat"], "label": ["1"]}).to_reader()
    assert augment(stream, "text", attribute=PETS).to_pydict() == expected
