"""Pairing: the rows of two releases, joined by an id, are counted as two models on the same rows."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import fairkit
from fairkit.baselines.pairing import BASELINE, RELEASE, paired_counts
from fairkit.errors import DataError, UsageError
from fairkit.policy.model import DataSource

SOURCE = DataSource(columns={"label": "y", "decision": "d"}, id="id")


def release(n=300, seed=0):
    """Rows of a release and of its baseline, in one frame."""
    rng = np.random.default_rng(seed)
    label = rng.integers(0, 2, n)
    score = np.round(0.5 * label + rng.random(n) / 2, 3)
    return pd.DataFrame(
        {
            "id": [f"r{i:04d}" for i in range(n)],
            "sex": rng.choice(["F", "M", "X"], n, p=[0.5, 0.4, 0.1]),
            "age": rng.integers(18, 70, n),
            "y": label,
            "d": (score > 0.5).astype(int),
            "s": score,
            "then": rng.integers(0, 2, n),
            "s_then": np.round(rng.random(n), 3),
            "who": rng.integers(0, 40, n),
            "w": rng.integers(1, 4, n),
            "kind": rng.choice(["a", "b", "c"], n),
            "kind_then": rng.choice(["a", "b", "c"], n),
        }
    )


def sides(frame):
    """Split the frame into what was kept of the baseline, in another order, and the release."""
    before = frame[["id", "y", "then", "s_then", "kind_then"]].rename(
        columns={"then": "d", "s_then": "s", "kind_then": "kind"}
    )
    return frame.drop(columns=["then", "s_then", "kind_then"]), before.sample(frac=1, random_state=1)


def test_pairs_are_counted_as_two_models_are():
    """Joined rows give the counts that one frame with both decisions gives."""
    frame = release()
    now, then = sides(frame)
    found = paired_counts(now, then, data=SOURCE, by=["sex", "young: age < 30"])
    expected = fairkit.count(
        frame, by=["sex", "young: age < 30"], label="y", decision={BASELINE: "then", RELEASE: "d"}
    )
    assert found.counts == expected
    assert (found.matched, found.only_baseline, found.only_release, found.relabelled) == (300, 0, 0, 0)
    assert found.notes == ()


@pytest.mark.parametrize(
    ("columns", "asked"),
    [
        ({"decision": "d"}, {"decision": ("then", "d")}),
        ({"label": "y", "score": "s"}, {"score": ("s_then", "s")}),
        ({"label": "y", "score": "s", "threshold": 0.4}, {"score": ("s_then", "s")}),
        (
            {"label": "y", "score": "s", "decision": "d"},
            {"score": ("s_then", "s"), "decision": ("then", "d")},
        ),
        ({"label": "kind", "decision": "kind", "classes": "all"}, {"decision": ("kind_then", "kind")}),
        ({"label": "y", "decision": "d", "cluster": "who"}, {"decision": ("then", "d")}),
        ({"label": "y", "decision": "d", "weight": "w"}, {"decision": ("then", "d")}),
        ({"label": "y", "decision": "s >= 0.6"}, {"decision": ("s_then >= 0.6", "s >= 0.6")}),
        ({"label": "kind == 'a'", "decision": "d"}, {"decision": ("then", "d")}),
    ],
)
def test_whatever_several_models_are_evaluated_by_is_paired(columns, asked):
    """Decisions, scores, thresholds, classes, clusters, weights and predicates are joined alike."""
    frame = release()
    now, then = sides(frame)
    found = paired_counts(now, then, data=DataSource(columns=columns, id="id"), by="sex")
    both = {role: dict(zip((BASELINE, RELEASE), pair, strict=True)) for role, pair in asked.items()}
    assert found.counts == fairkit.count(frame, by="sex", **{**columns, **both})


def test_rows_come_in_any_frame_or_file(frame_of):
    """Every kind of frame and file is joined with a frame by the same ids."""
    frame = release(40)
    now, then = sides(frame)
    columns = {name: now[name].tolist() for name in ("id", "sex", "y", "d")}
    found = paired_counts(frame_of(columns), then, data=SOURCE, by="sex")
    assert found.counts == paired_counts(now, then, data=SOURCE, by="sex").counts
    assert found.relabelled == 0


@pytest.mark.parametrize("kind", ["csv", "json", "parquet"])
def test_numbers_name_rows_in_every_kind_of_file(kind, tmp_path):
    """A whole number is one id, whether it is stored as a text, as an integer or, with gaps, as a float."""
    now, then = sides(release(40))
    now["id"], then["id"] = now["id"].str[1:].astype(int), then["id"].str[1:].astype(float)
    then.iloc[0, 0] = np.nan
    path = tmp_path / {"csv": "now.csv", "json": "now.jsonl", "parquet": "now.parquet"}[kind]
    if kind == "csv":
        now.to_csv(path, index=False)
    elif kind == "json":
        now.to_json(path, orient="records", lines=True)
    else:
        now.to_parquet(path)
    found = paired_counts(path, then, data=SOURCE, by="sex")
    assert (found.matched, found.only_baseline, found.only_release) == (39, 1, 1)
    turned = paired_counts(now, path, data=SOURCE, by="sex")
    assert (turned.matched, turned.relabelled) == (40, 0)
    assert found.sources == {BASELINE: "pandas", RELEASE: path.name}
    assert found.hashes[BASELINE] is None
    assert len(found.hashes[RELEASE]) == 64


def test_the_id_may_be_a_key_of_json_lines_too(tmp_path):
    """An id that is also the cluster is read as both."""
    now, then = sides(release(40))
    path = tmp_path / "now.jsonl"
    now.to_json(path, orient="records", lines=True)
    source = DataSource(columns={"label": "y", "decision": "d", "cluster": "id"}, id="id")
    assert paired_counts(path, then, data=source, by="sex").matched == 40


def test_rows_without_a_partner_are_told():
    """Rows on one side only are left out, counted and told, as are rows without an id."""
    now, then = sides(release(100))
    now.loc[0, "id"] = None
    found = paired_counts(now.iloc[:90], then[then["id"] != "r0003"], data=SOURCE, by="sex")
    assert (found.matched, found.only_release, found.only_baseline) == (88, 2, 11)
    assert found.notes == (
        "2 rows of the release (2.22%) are not in the baseline and were left out of the comparison.",
        "11 rows of the baseline (11.11%) are not in the release and were left out of the comparison.",
    )


def test_the_labels_of_the_release_count_and_others_are_told():
    """A label that was corrected since is told; both releases are judged by the new one."""
    now, then = sides(release(100))
    then = then.astype({"y": bool})
    then.loc[[3, 4], "y"] = ~then.loc[[3, 4], "y"]
    found = paired_counts(now, then, data=SOURCE, by="sex")
    assert found.relabelled == 2
    assert found.notes == (
        "2 rows have another label in the baseline; the labels of the release count for both.",
    )
    assert found.counts == paired_counts(now, then.drop(columns="y"), data=SOURCE, by="sex").counts


def test_ids_that_name_several_rows_are_refused():
    """Repeated ids of both sides are named, with how often they occur."""
    now, then = sides(release(50))
    now.loc[[1, 2], "id"], then.loc[[7], "id"] = "r0000", "r0008"
    with pytest.raises(DataError) as caught:
        paired_counts(now, then, data=SOURCE, by="sex")
    assert len(caught.value.problems) == 2
    assert "the baseline's column 'id' names 1 rows more than once: 'r0008' (2 rows)" in str(caught.value)
    assert "the release's column 'id' names 2 rows more than once: 'r0000' (3 rows)" in str(caught.value)


def test_ids_that_do_not_match_are_shown():
    """Where no row is on both sides, some ids of each show why."""
    now, then = sides(release(50))
    then["id"] = then["id"].str.upper()
    with pytest.raises(DataError, match=r"no row is on both sides.*the release has 'r00.*baseline has 'R00"):
        paired_counts(now, then, data=SOURCE, by="sex")


def test_what_is_lacking_is_told_by_its_side():
    """Unknown columns say which side lacks them, with those that it has."""
    now, then = sides(release(20))
    with pytest.raises(DataError, match=r"baseline: column 'd' is not in the data .*'decided'"):
        paired_counts(now, then.rename(columns={"d": "decided"}), data=SOURCE, by="sex")
    with pytest.raises(DataError, match=r"release: column 'ids' is not in the data"):
        paired_counts(now, then, data=DataSource(columns={"decision": "d"}, id="ids"), by="sex")
    source = DataSource(columns={"decision": "s > 0.5"}, id="id")
    with pytest.raises(DataError, match=r"baseline: column 's' is not in the data"):
        paired_counts(now, then[["id", "d"]], data=source, by="sex")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (DataSource(columns={"decision": "d"}), "needs the column that names the rows"),
        (DataSource(columns={"label": "y", "prediction": "p"}, id="id"), "leave out 'prediction'"),
        (DataSource(columns={"decision": {"a": "d", "b": "e"}}, id="id"), "two releases of one model"),
        (DataSource(columns={"label": "y"}, id="id"), "name a decision column or a score column"),
    ],
)
def test_what_cannot_be_paired_is_refused_before_data_are_read(source, message):
    """Questions that pairing does not answer are refused with what to do."""
    with pytest.raises(UsageError, match=message):
        paired_counts("no.csv", "no.csv", data=source, by="sex")


def test_a_value_that_is_no_number_is_an_error_of_the_data(tmp_path):
    """A damaged baseline ends with a sentence, not with the engine's exception."""
    now, _ = sides(release(20))
    path = tmp_path / "then.jsonl"
    path.write_text("".join(json.dumps({"id": f"r{i:04d}", "s": "high"}) + "\n" for i in range(20)))
    source = DataSource(columns={"label": "y", "score": "s"}, id="id")
    with pytest.raises(DataError, match="column 's' must hold numbers; it has 'high'"):
        paired_counts(now, path, data=source, by="sex")
