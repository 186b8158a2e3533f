"""`fairkit coverage`: what it prints and writes, what it refuses, and that it asks what the library asks."""

from __future__ import annotations

import csv
import inspect
import json

import click
import pytest

from fairkit.cli.coverage import command
from fairkit.speech.planning import coverage

OUTPUTS = {"output", "html", "as_json"}
PARAMETERS = {
    name: p for name, p in inspect.signature(coverage).parameters.items() if name not in {"data", "progress"}
}


@pytest.fixture
def calls(write_csv):
    """Return a CSV of calls: four speakers of each of two accents, the Welsh recorded in quiet only."""
    rows = [
        (
            accent,
            noise,
            f"{accent}{i}",
            "turn left at the next corner",
            "turn left at the next coroner" * (i > 0),
        )
        for accent in ("Irish", "Welsh")
        for i in range(4)
        for noise in (("quiet", "street") if accent == "Irish" else ("quiet",))
        for _ in range(5)
    ]
    return write_csv("calls.csv", ("accent", "noise", "caller", "said", "heard"), rows)


def test_there_is_an_option_for_every_parameter():
    """A parameter of the library is an option of the command, by the same name, and the reverse."""
    names = {option.name for option in command.params if isinstance(option, click.Option)}
    assert names - OUTPUTS == set(PARAMETERS)


@pytest.mark.parametrize("name", sorted(set(PARAMETERS) - {"by", "speaker"}))
def test_option_and_parameter_have_the_same_default(name):
    """An option that is not given asks what the parameter that is not given asks."""
    context = command.make_context("coverage", ["data.csv", "--by", "accent", "--speaker", "who"])
    assert (context.params[name] or PARAMETERS[name].default) == PARAMETERS[name].default


def test_the_plan_is_printed_worst_first(fairkit, calls):
    """The text names the crossing, what is lacking in all, and combinations that need most first."""
    ended = fairkit("coverage", calls, "--by", "accent,noise", "--speaker", "caller", "--gap", "0.1")
    assert (ended.status, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert lines[0] == "Collection plan for calls.csv"
    start = next(i for i, line in enumerate(lines) if line.startswith("accent & noise"))
    assert lines[start + 1].startswith("Welsh & street")
    assert lines[start + 1].endswith("◇ absent")
    assert "if each is recorded in one combination, at least" in ended.out
    assert "15.0% (assumed)" in ended.out
    assert "\x1b" not in ended.out


def test_transcripts_replace_assumptions(fairkit, calls):
    """With references and hypotheses the rate and the spread are measured."""
    ended = fairkit(
        *("coverage", calls, "--by", "accent", "--speaker", "caller", "--json"),
        *("--reference", "said", "--hypothesis", "heard", "--normalizer", "none"),
    )
    table = json.loads(ended.out)["tables"][0]
    assert (ended.status, ended.err) == (0, "")
    assert (table["rate_from"], table["variance_from"], table["words_from"]) == ("data",) * 3
    assert table["rate"] == pytest.approx((6 + 3 * 1) / 24)


def test_json_is_the_plan_of_the_library(fairkit, calls):
    """What --json prints is what the library returns, apart from when it was made."""
    ended = fairkit(
        "coverage", calls, "--by", "accent,noise", "--speaker", "caller", "--words", 300, "--json"
    )
    expected = coverage(calls, by="accent,noise", speaker="caller", words=300).to_json()
    printed, own = json.loads(ended.out), json.loads(expected)
    assert printed.pop("created") >= own.pop("created")[:10]
    assert printed == own


def test_files_are_written_by_their_names(fairkit, calls, folder):
    """-o writes CSV or JSON by its suffix, --html a page, and both are said on standard error."""
    for name in ("plan.csv", "plan.JSON"):
        ended = fairkit(
            *("coverage", calls, "--by", "accent,noise", "--speaker", "caller", "-o", name),
            *("--html", "plan.html", "--levels", "noise=quiet,street,car"),
        )
        assert (ended.status, ended.err) == (0, f"wrote {name}\nwrote plan.html\n")
    with (folder / "plan.csv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert sum(line["level noise"] == "car" for line in lines) == 3
    assert {line["verdict"] for line in lines if line["level noise"] == "car"} == {"absent"}
    assert json.loads((folder / "plan.JSON").read_text(encoding="utf-8"))["schema"] == "fairkit.coverage/1"
    assert (folder / "plan.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


REFUSED = {
    "a misspelt column": (("--by", "acent", "--speaker", "caller"), "Did you mean 'accent'?"),
    "a misspelt speaker": (("--by", "accent", "--speaker", "calle"), "Did you mean 'caller'?"),
    "no speaker": (("--by", "accent"), "Missing option '--speaker'"),
    "a gap of nothing": (
        ("--by", "accent", "--speaker", "caller", "--gap", "0"),
        "gap must be a positive number",
    ),
    "too many combinations": (
        (
            "--by",
            "accent,noise",
            "--speaker",
            "caller",
            "--levels",
            "accent=" + ",".join(map(str, range(600))),
        ),
        "more than the 1,000 that can be planned",
    ),
    "an unknown form": (
        ("--by", "accent", "--speaker", "caller", "-o", "plan.xlsx"),
        "must end in .json or .csv",
    ),
    "the data themselves": (("--by", "accent", "--speaker", "caller", "-o", "calls.csv"), "are read"),
    "a hypothesis alone": (
        ("--by", "accent", "--speaker", "caller", "--hypothesis", "heard"),
        "needs a reference",
    ),
}


@pytest.mark.parametrize(("asked", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_planned_ends_with_2(fairkit, calls, folder, asked, words):
    """Usage and data that give no plan are said in one message, with exit code 2 and nothing written."""
    before = sorted(path.name for path in folder.iterdir())
    ended = fairkit("coverage", calls, *asked)
    assert (ended.status, ended.out) == (2, "")
    assert words in ended.err
    assert sorted(path.name for path in folder.iterdir()) == before
    told = json.loads(fairkit("coverage", calls, *asked, "--json").out)["error"]
    assert told["status"] == 2


def test_a_missing_file_ends_with_2(fairkit, folder):
    """A file that is not there is named."""
    ended = fairkit("coverage", "gone.csv", "--by", "accent", "--speaker", "caller")
    assert (ended.status, ended.out) == (2, "")
    assert "gone.csv" in ended.err


@pytest.mark.realdata
def test_edacc_is_planned_as_an_auditor_would_type_it(real_data, fairkit, folder):
    """The audit's 24 accents all lack speakers for a gap of five points, and the page has a row for each."""
    ended = fairkit(
        *("coverage", real_data / "edacc_audit" / "parakeet-tdt-0.6b-v3.jsonl", "--by", "accent"),
        *("--speaker", "speaker", "--reference", "ref_raw", "--hypothesis", "hyp_raw"),
        *("--normalizer", "english", "--html", "plan.html"),
    )
    assert ended.status == 0
    assert (
        "0 of 24 combinations have enough speakers to show a gap of 5 points: 24 have too few." in ended.out
    )
    page = (folder / "plan.html").read_text(encoding="utf-8")
    assert page.count('<tr><th scope="row">') == 24
