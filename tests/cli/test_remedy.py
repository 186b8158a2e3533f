"""`fairkit remedy`: the command hands everything on, keeps the contract, and says what it did."""

from __future__ import annotations

import inspect
import json

import pytest

import fairkit as library
from fairkit.cli.remedy import command
from fairkit.evaluator import evaluate
from fairkit.remedies.wishes import JUDGING
from fairkit.samples import hiring

OUTPUTS = {"output", "html", "markdown", "as_json"}
ASKED = ("--label", "qualified", "--score", "score", "--by", "sex", "--metric", "selection_rate")


@pytest.fixture
def applicants(folder):
    """Write 3,000 hiring decisions of women and men as a CSV file."""
    frame = hiring(rows=3_000)
    frame[frame["sex"] != "Nonbinary"].to_csv(folder / "hiring.csv", index=False)
    return "hiring.csv"


def rates(ended):
    """Return the selection rates of a printed report by model and group."""
    return {
        (e["metric"], e["group"]): e["value"]
        for e in json.loads(ended.out)["estimates"]
        if e["metric"].startswith("selection_rate")
    }


def test_the_options_are_the_parameters():
    """Every option has the name and the default of the parameter of remedy or evaluate that it sets."""
    own = {
        n: p for n, p in inspect.signature(library.remedy).parameters.items() if p.kind is not p.VAR_KEYWORD
    }
    lent = {name: inspect.signature(evaluate).parameters[name] for name in JUDGING}
    known = {**lent, **own}
    required = ["data.csv", "--label", "y", "--by", "sex"]
    given = command.make_context("remedy", required).params
    for name in set(given) - OUTPUTS - {"data", "label", "by"}:
        default = known[name].default
        assert given[name] == default or not (given[name] or default), name


def test_both_models_are_in_the_report(fairkit, applicants):
    """The report has the rates before and after, and the gap has shrunk."""
    ended = fairkit("remedy", applicants, *ASKED, "--json")
    assert (ended.status, ended.err) == (0, "")
    found = rates(ended)
    gaps = [
        abs(found[f"selection_rate[{model}]", "sex=Female"] - found[f"selection_rate[{model}]", "sex=Male"])
        for model in ("before", "after")
    ]
    assert gaps[1] < gaps[0]
    assert json.loads(ended.out)["notes"][0].startswith("Remedy: fairlearn.postprocessing.ThresholdOptimizer")


def test_text_tells_what_was_fitted(fairkit, applicants):
    """The text for people has the remedy's notes, and code 0 whatever was found."""
    ended = fairkit("remedy", applicants, *ASKED, "--constraint", "equalized_odds")
    assert ended.status == 0
    assert "ThresholdOptimizer for equalized_odds across sex" in " ".join(ended.out.split())


def test_features_are_listed_with_commas_or_repeated(fairkit, applicants):
    """Both ways of listing features are the same question."""
    start = ("remedy", applicants, "--label", "qualified", "--by", "sex", "--method", "grid-search")
    end = ("--estimator", "logistic", "--metric", "selection_rate", "--json")
    first = fairkit(*start, "--features", "score, age", *end)
    second = fairkit(*start, "--features", "score", "--features", "age", *end)
    assert first.status == 0
    assert rates(first) == rates(second)


def test_files_are_written_and_can_be_read_again(fairkit, applicants, folder):
    """Outputs are those of eval: JSON that `fairkit report` reads, a page, Markdown."""
    ended = fairkit("remedy", applicants, *ASKED, "-o", "r.json", "--html", "r.html", "--md", "r.md")
    assert ended.status == 0
    assert all((folder / name).stat().st_size > 1_000 for name in ("r.json", "r.html", "r.md"))
    again = fairkit("report", "r.json", "--as", "json")
    assert json.loads(again.out)["notes"] == json.loads((folder / "r.json").read_text())["notes"]


def test_the_seed_repeats_the_report(fairkit, applicants):
    """The same seed gives the same numbers, another seed others."""
    first, second, third = (
        rates(fairkit("remedy", applicants, *ASKED, "--seed", s, "--json")) for s in (3, 3, 4)
    )
    assert first == second != third


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("remedy", "no.csv", *ASKED), "no.csv"),
        (("remedy", "hiring.csv", "--label", "qualified", "--by", "sex"), "--score COL"),
        (("remedy", "hiring.csv", *ASKED, "--constraint", "error_rate_parity"), "thresholds cannot"),
        (("remedy", "hiring.csv", *ASKED, "--method", "magic"), "magic"),
        (("remedy", "hiring.csv", *ASKED, "--features", "age"), "not both"),
        (("remedy", "hiring.csv", *ASKED, "--test-share", "2"), "test_share 2.0"),
        (("remedy", "hiring.csv", *ASKED, "--across", "race"), "no attribute of by"),
        (("remedy", "hiring.csv", *ASKED, "--html", "hiring.csv"), "is the data that are read"),
        (("remedy", "hiring.csv", *ASKED[2:]), "--label"),
        (("remedy", "hiring.csv", *ASKED[:4], "--by", "id"), "id"),
    ],
)
def test_what_cannot_be_fitted_ends_with_code_2(fairkit, applicants, arguments, words):
    """A wrong question or file leaves stdout empty, says why on stderr, and is no bug."""
    ended = fairkit(*arguments)
    assert (ended.status, ended.out) == (2, "")
    assert words in ended.err
    as_json = fairkit(*arguments, "--json")
    assert as_json.status == 2
    assert json.loads(as_json.out)["error"]["status"] == 2
