"""`fairkit eval` asks every kind of question, and refuses questions that do not fit together."""

from __future__ import annotations

import dataclasses
import json
import os

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fairkit.evaluator import evaluate
from fairkit.report.serialize import from_json

CLASSES = np.array(["cat", "dog", "owl"])


def columns(n=600):
    """Make the columns of every kind of question."""
    rng = np.random.default_rng(9)
    label = rng.random(n) < 0.5
    score = np.clip(0.4 * label + 0.6 * rng.random(n), 0, 1).round(2)
    price = rng.gamma(4, 50, n).round(1)
    guess = (price + rng.normal(0, 20, n)).round(1)
    truth = rng.integers(0, 3, n)
    return {
        "sex": rng.choice(["F", "M"], n),
        "label": label.astype(int),
        "score": score,
        "score2": score**2,
        "d1": (score > 0.4).astype(int),
        "d2": (score > 0.6).astype(int),
        "truth": CLASSES[truth],
        "given": CLASSES[np.where(rng.random(n) < 0.7, truth, rng.integers(0, 3, n))],
        "price": price,
        "guess": guess,
        "low": guess - 30,
        "high": guess + 30,
        "query": np.arange(n) // 10,
        "place": 1 + np.arange(n) % 10,
        "relevance": rng.integers(0, 4, n),
        "claims": rng.poisson(0.3, n),
        "months": rng.integers(1, 13, n),
    }


@pytest.fixture(params=["csv", "parquet"])
def data(request, folder):
    """Write the columns as a file and return its name."""
    table = pa.table(columns())
    if request.param == "parquet":
        pq.write_table(table, folder / "data.parquet")
        return "data.parquet"
    import pyarrow.csv

    pyarrow.csv.write_csv(table, folder / "data.csv")
    return "data.csv"


# name: (options, the same question to the library, metrics that must be measured)
KINDS = {
    "scores": (
        ("--label", "label", "--score", "score"),
        {"label": "label", "score": "score"},
        {"roc_auc", "brier_score"},
    ),
    "scores and decisions": (
        ("--label", "label", "--score", "score", "--decision", "d1"),
        {"label": "label", "score": "score", "decision": "d1"},
        {"roc_auc", "true_positive_rate"},
    ),
    "classes": (
        ("--label", "truth", "--decision", "given", "--classes", "all"),
        {"label": "truth", "decision": "given", "classes": "all"},
        {"accuracy", "macro_f1_score", "true_positive_rate[owl]"},
    ),
    "listed classes": (
        ("--label", "truth", "--decision", "given", "--classes", "owl,cat,dog", "--metric", "f1_score[dog]"),
        {"label": "truth", "decision": "given", "classes": ("owl", "cat", "dog"), "metrics": "f1_score[dog]"},
        {"f1_score[dog]"},
    ),
    "outputs": (
        ("--outputs", "label=d1", "--outputs", "d2=d1"),
        {"outputs": {"label": "d1", "d2": "d1"}},
        {"hamming_loss", "true_positive_rate[label]"},
    ),
    "regression": (
        (
            *("--label", "price", "--prediction", "guess", "--prediction-low", "low"),
            *("--prediction-high", "high", "--quantile", "0.5", "--metric", "all", "--margin", "12"),
        ),
        {
            "label": "price",
            "prediction": "guess",
            "prediction_low": "low",
            "prediction_high": "high",
            "quantile": 0.5,
            "metrics": "all",
            "margin": 12.0,
        },
        {"mean_absolute_error", "interval_coverage", "mean_pinball_loss"},
    ),
    "ranking": (
        ("--rank", "place", "--query", "query", "--relevance", "relevance"),
        {"rank": "place", "query": "query", "relevance": "relevance"},
        {"mean_exposure", "exposure_per_relevance"},
    ),
    "ranking by score": (
        ("--score", "score", "--query", "query"),
        {"score": "score", "query": "query"},
        {"mean_exposure"},
    ),
    "events": (
        ("--events", "claims", "--exposure", "months"),
        {"events": "claims", "exposure": "months"},
        {"event_rate"},
    ),
    "two models": (
        ("--label", "label", "--decision", "old=d1", "--decision", "new=d2"),
        {"label": "label", "decision": {"old": "d1", "new": "d2"}},
        {"accuracy[old]", "accuracy[new]"},
    ),
    "two models with scores": (
        ("--label", "label", "--score", "old=score", "--score", "new=score2"),
        {"label": "label", "score": {"old": "score", "new": "score2"}},
        {"roc_auc[old]", "roc_auc[new]"},
    ),
}


@pytest.mark.parametrize(("options", "question", "measured"), KINDS.values(), ids=KINDS.keys())
def test_the_command_asks_what_the_library_asks(options, question, measured, data, folder, fairkit):
    """From CSV and from Parquet the report is the library's own, and every output is written."""
    outputs = ("-o", "r.json", "--html", "r.html", "--md", "r.md")
    ended = fairkit("eval", data, *options, "--by", "sex", *outputs)
    assert ended.status == 0, ended.err
    read = from_json((folder / "r.json").read_text(encoding="utf-8"))
    expected = evaluate(data, by="sex", **question)
    # Engines add amounts in any order, so that their last digit may differ from one run to the next.
    for one, other in zip(
        (*read.estimates, *read.findings), (*expected.estimates, *expected.findings), strict=True
    ):
        for field in dataclasses.fields(one):
            mine, theirs = getattr(one, field.name), getattr(other, field.name)
            approximate = isinstance(theirs, float | tuple)
            assert mine == (pytest.approx(theirs, rel=1e-6, abs=1e-9) if approximate else theirs)
    assert read.settings == expected.settings
    assert measured <= {estimate.metric for estimate in read.estimates}
    for name in ("r.html", "r.md"):
        text = (folder / name).read_text(encoding="utf-8")
        assert all(metric in text for metric in measured)


# name: (options, what the message must hold)
CONTRADICTIONS = {
    "two questions": (
        ("--prediction", "guess", "--rank", "place", "--label", "price"),
        ["--prediction", "--rank", "ask for different kinds of counts"],
    ),
    "regression without a label": (("--prediction", "guess"), ["name the label (--label COL)"]),
    "half an interval": (
        ("--prediction", "guess", "--label", "price", "--prediction-low", "low"),
        ["--prediction-high COL"],
    ),
    "a quantile of nothing": (
        ("--label", "label", "--decision", "d1", "--quantile", "0.5"),
        ["quantile belongs to a regression"],
    ),
    "a quantile beyond 1, and half an interval": (
        ("--prediction", "guess", "--label", "price", "--quantile", "90", "--prediction-high", "high"),
        ["2 problems", "quantile 90.0 must lie between 0 and 1", "--prediction-low COL"],
    ),
    "a ranking with a decision": (
        ("--rank", "place", "--query", "query", "--decision", "d1"),
        ["decision does not belong to a ranking"],
    ),
    "a query without places": (("--query", "query"), ["--rank COL or --score COL"]),
    "exposure without events": (
        ("--decision", "d1", "--exposure", "months"),
        ["exposure belongs to counts per exposure", "--events"],
    ),
    "events with a label and a threshold": (
        ("--events", "claims", "--label", "label", "--threshold", "0.5"),
        ["2 problems", "label does not belong", "threshold does not belong"],
    ),
    "one class": (("--label", "truth", "--decision", "given", "--classes", "cat"), ["two classes or more"]),
    "classes without a decision": (("--label", "truth", "--classes", "all"), ["classes need a decision"]),
    "outputs with a label": (
        ("--outputs", "label=d1", "--label", "label"),
        ["label does not belong to several labels per row"],
    ),
    "outputs of no form": (("--outputs", "label"), ["--outputs", "'label' is not LABEL=DECISION"]),
    "other models for scores": (
        (
            "--label",
            "label",
            "--decision",
            "a=d1",
            "--decision",
            "b=d2",
            "--score",
            "a=score",
            "--score",
            "c=d2",
        ),
        ["decision and score must be of the same models"],
    ),
    "models without names": (("--decision", "d1", "--decision", "d2"), ["'d1' is not NAME=COLUMN"]),
    "a metric of another question": (
        ("--events", "claims", "--metric", "accuracy", "--metric", "evnt_rate"),
        ["2 problems", "metric 'accuracy' needs decisions", "Did you mean 'event_rate'?"],
    ),
    "a wide margin of shares": (
        ("--label", "label", "--decision", "d1", "--margin", "12"),
        ["wider than any difference of rates"],
    ),
}
DATA = {
    "columns that are not there": (
        ("--label", "prise", "--prediction", "gues", "--prediction-low", "lo", "--prediction-high", "high"),
        ["3 problems", "'prise'", "'gues'", "'lo'"],
    ),
    "a prediction of text": (("--label", "price", "--prediction", "truth"), ["'truth' must hold numbers"]),
    "a class that was not listed": (
        ("--label", "truth", "--decision", "given", "--classes", "cat,dog"),
        ["'owl'", "--classes all"],
    ),
    "negative exposure": (("--events", "claims", "--exposure", "debt"), ["'debt'"]),
    "a class without rows": (
        ("--label", "truth", "--decision", "given", "--classes", "all", "--metric", "f1_score[cow]"),
        ["metric 'f1_score[cow]' cannot be measured here", "'cat', 'dog', 'owl'"],
    ),
    "ranks from 0": (("--rank", "zero", "--query", "query"), ["'zero'"]),
}


@pytest.mark.parametrize(
    ("options", "culprits"),
    [*CONTRADICTIONS.values(), *DATA.values()],
    ids=[*CONTRADICTIONS, *DATA],
)
def test_what_does_not_fit_is_refused_with_code_2(options, culprits, folder, fairkit):
    """All problems are named in one message, with what to do, and nothing is written."""
    made = columns(60)
    table = pa.table({**made, "debt": -made["months"], "zero": made["place"] - 1})
    pq.write_table(table, folder / "data.parquet")
    ended = fairkit("eval", "data.parquet", *options, "--by", "sex", "-o", "r.json")
    assert ended.status == 2, ended.out
    assert ended.out == ""
    assert ended.err.startswith("fairkit: ")
    assert "Traceback" not in ended.err
    for culprit in culprits:
        assert culprit in ended.err
    assert os.listdir(folder) == ["data.parquet"]  # noqa: PTH208


@pytest.mark.parametrize(("options", "culprits"), CONTRADICTIONS.values(), ids=CONTRADICTIONS.keys())
def test_a_contradiction_is_told_before_the_data_are_opened(options, culprits, folder, fairkit):
    """A question that is wrong in itself is refused though the file does not exist, in JSON as in words."""
    ended = fairkit("eval", "none.parquet", *options, "--by", "sex", "--json")
    assert ended.status == 2
    error = json.loads(ended.out)["error"]
    assert error["kind"] == "usage"
    assert all(culprit in error["message"] for culprit in culprits)
    assert error["message"] in ended.err
