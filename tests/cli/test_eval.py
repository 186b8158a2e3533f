"""`fairkit eval` on good data: what it prints, what it writes, and that both are the library's report."""

from __future__ import annotations

import json
import re

import pytest

from fairkit.evaluator import evaluate

USUAL = ("--label", "repaid", "--decision", "approved", "--by", "sex")


def without_time(text: str) -> str:
    """Leave out when a report was made."""
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:+]+", "TIME", text)


def test_the_text_report_is_on_stdout_alone(loans, fairkit):
    """Without outputs the report is text on standard output, and nothing else is said."""
    ended = fairkit("eval", loans, *USUAL)
    expected = evaluate(loans, label="repaid", decision="approved", by="sex").to_text()
    assert ended.status == 0
    assert ended.err == ""
    assert without_time(ended.out) == without_time(expected)


def test_json_is_the_saved_report(loans, folder, fairkit):
    """What --json prints is what -o writes, byte for byte."""
    ended = fairkit("eval", loans, *USUAL, "--json", "-o", "report.json")
    assert ended.status == 0
    assert ended.err == "wrote report.json\n"
    assert ended.out == (folder / "report.json").read_text(encoding="utf-8")
    assert json.loads(ended.out)["schema"] == "fairkit.report/1"


def test_every_output_is_written_and_said(loans, folder, fairkit):
    """All outputs come from one evaluation, beside the text on stdout."""
    ended = fairkit("eval", loans, *USUAL, "-o", "r.json", "--html", "r.html", "--md", "r.md")
    assert ended.status == 0
    assert ended.err.splitlines() == ["wrote r.json", "wrote r.html", "wrote r.md"]
    assert (folder / "r.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert "selection_rate" in (folder / "r.md").read_text(encoding="utf-8")
    assert "selection_rate" in ended.out
    assert {path.name for path in folder.iterdir()} == {loans, "r.json", "r.html", "r.md"}


def test_a_verdict_of_disparity_is_no_failure_of_eval(loans, fairkit):
    """Eval judges no policy, so it ends with 0 though groups differ by .3."""
    ended = fairkit("eval", loans, "--decision", "approved", "--by", "sex", "--json")
    assert ended.status == 0
    assert {finding["verdict"] for finding in json.loads(ended.out)["findings"]} == {"disparity"}


QUESTIONS = {
    "crossing and predicate": (
        ("--by", "sex,race", "--by", "young: age < 25"),
        {"by": ["sex,race", "young: age < 25"]},
    ),
    "score": (
        ("--by", "sex", "--score", "score", "--threshold", ".25"),
        {"by": "sex", "decision": None, "score": "score", "threshold": 0.25},
    ),
    "decision as a predicate": (
        ("--by", "sex", "--decision", "score >= 0.25"),
        {"by": "sex", "decision": "score >= 0.25"},
    ),
    "no label": (("--by", "sex", "--no-label"), {"by": "sex", "label": None}),
    "references": (
        ("--by", "sex", "--by", "race", "--reference", "sex=M", "--reference", "race=best"),
        {"by": ["sex", "race"], "reference": ["sex=M", "race=best"]},
    ),
    "best": (("--by", "race", "--reference", "best"), {"by": "race", "reference": "best"}),
    "all metrics": (("--by", "sex", "--metric", "all"), {"by": "sex", "metrics": "all"}),
    "some metrics": (
        ("--by", "sex", "--metric", "accuracy", "--metric", "f1_score"),
        {"by": "sex", "metrics": ["accuracy", "f1_score"]},
    ),
    "a margin of differences": (("--by", "sex", "--margin", ".5"), {"by": "sex", "margin": 0.5}),
    "a margin of ratios": (
        ("--by", "sex", "--compare", "ratio", "--margin", "0.2,5"),
        {"by": "sex", "compare": "ratio", "margin": (0.2, 5.0)},
    ),
    "both comparisons": (("--by", "sex", "--compare", "both"), {"by": "sex", "compare": "both"}),
    "confidence, correction, interval": (
        (
            *("--by", "race", "--confidence", ".9", "--correction", "benjamini-hochberg"),
            *("--interval", "miettinen-nurminen"),
        ),
        {
            "by": "race",
            "confidence": 0.9,
            "correction": "benjamini-hochberg",
            "interval": "miettinen-nurminen",
        },
    ),
    "the bootstrap": (
        ("--by", "race", "--correction", "max-t", "--seed", "7", "--replicates", "300"),
        {"by": "race", "correction": "max-t", "seed": 7, "replicates": 300},
    ),
    "clusters": (("--by", "sex", "--cluster", "person"), {"by": "sex", "cluster": "person"}),
    "weights": (("--by", "sex", "--weight", "weight"), {"by": "sex", "weight": "weight"}),
    "declared levels": (
        ("--by", "sex", "--levels", "sex=F, M,X"),
        {"by": "sex", "levels": {"sex": ["F", "M", "X"]}},
    ),
    "texts that mean missing": (
        ("--by", "race", "--missing", "Asian", "--missing", "Black"),
        {"by": "race", "missing": ["Asian", "Black"]},
    ),
    "a positive class": (("--by", "sex", "--positive", "0"), {"by": "sex", "positive": "0"}),
    "a positive class for each": (
        ("--by", "sex", "--positive", "label=0", "--positive", "decision=1"),
        {"by": "sex", "positive": {"label": "0", "decision": "1"}},
    ),
    "many levels": (("--by", "person", "--max-levels", "100"), {"by": "person", "max_levels": 100}),
    "a hash": (("--by", "sex", "--hash"), {"by": "sex", "hash_files": True}),
}


@pytest.mark.parametrize(("options", "question"), QUESTIONS.values(), ids=QUESTIONS.keys())
def test_an_option_asks_what_its_parameter_asks(options, question, loans, fairkit):
    """The report of the command is the report of the library, number by number and setting by setting."""
    words = [word for word in options if word != "--no-label"]
    usual = {"label": "repaid", "decision": "approved"} | question
    if "--no-label" not in options:
        words += ["--label", "repaid"]
    if not {"--score", "--decision"} & set(options):
        words += ["--decision", "approved"]
    ended = fairkit("eval", loans, *words, "--json")
    assert (ended.status, ended.err) == (0, "")
    assert without_time(ended.out) == without_time(evaluate(loans, **usual).to_json())


def test_a_level_with_a_comma_is_quoted_as_in_csv(write_csv, fairkit):
    """Declared levels may hold commas."""
    data = write_csv("sites.csv", ("site", "hired"), [("Bath, UK", 1), ("Leeds", 0)] * 20)
    ended = fairkit(
        "eval",
        data,
        "--decision",
        "hired",
        "--by",
        "site",
        "--levels",
        'site="Bath, UK",Leeds,York',
        "--json",
    )
    assert ended.status == 0
    settings = json.loads(ended.out)["settings"]
    assert settings["levels"] == {"site": ["Bath, UK", "Leeds", "York"]}


def test_output_is_utf_8_whatever_the_locale_is(loans, python_m_fairkit):
    """Text with signs beyond ASCII is written where the locale has none of them."""
    ended = python_m_fairkit(
        "eval", loans, *USUAL, PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C", PYTHONCOERCECLOCALE="0"
    )
    assert ended.status == 0
    assert ended.err == ""
    assert "±" in ended.out


def test_a_run_from_the_shell_is_the_same(loans, fairkit, python_m_fairkit):
    """A process of its own prints what a call in this one prints."""
    inside, outside = (call("eval", loans, *USUAL) for call in (fairkit, python_m_fairkit))
    assert outside.status == 0
    assert outside.err == ""
    assert without_time(outside.out) == without_time(inside.out)


def test_outputs_replace_older_ones(loans, folder, fairkit):
    """A report of an earlier run is replaced as a whole."""
    (folder / "r.json").write_text("x" * 100_000, encoding="utf-8")
    assert fairkit("eval", loans, *USUAL, "-o", "r.json").status == 0
    assert json.loads((folder / "r.json").read_text(encoding="utf-8"))["schema"] == "fairkit.report/1"
