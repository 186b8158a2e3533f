"""`fairkit demo`: the main job in one command, honest about what it found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fairkit.cli.demo import compare_all, compare_planted
from fairkit.evaluator import evaluate
from fairkit.report.serialize import load_report
from fairkit.samples import hiring, load, truth


@pytest.fixture(scope="module")
def ended_demo(tmp_path_factory):
    """Run the demo once, and return its folder and its outcome as JSON."""
    import contextlib
    import io

    from fairkit.cli import program
    from fairkit.cli.contract import run

    folder = tmp_path_factory.mktemp("demo") / "new"
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        assert run(program, ["demo", "--json", "--output-dir", str(folder)], name="fairkit") == 0
    out.seek(0)
    return folder, json.loads(out.read())


def test_the_demo_writes_a_page_and_a_report(ended_demo):
    """The pages are self-contained HTML, the report can be read again; the folder is made."""
    folder, outcome = ended_demo
    assert sorted(path.name for path in folder.iterdir()) == ["report.html", "report.json", "speech.html"]
    assert (folder / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    report = load_report(folder / "report.json")
    assert report.data.rows == outcome["data"]["rows"] == 20_000
    assert report.settings.by == ("sex", "race", "sex & race", "young")
    assert report.settings.cluster == "applicant"


def test_what_was_planted_is_found(ended_demo):
    """All planted disparities are found, none is invented, and neither sex nor race shows one alone."""
    _, outcome = ended_demo
    planted = {(fact["metric"], fact["group"]): fact["outcome"] for fact in outcome["planted"]}
    crossed = [
        outcome for (_, group), outcome in planted.items() if group.startswith("sex=") and "&" in group
    ]
    assert crossed == ["found"] * 4
    assert planted["false_negative_rate", "young=True"] == "found"
    assert planted["true_positive_rate", "race=Native American"] == "undecided"
    assert outcome["outcomes"]["wrong"] == 0
    alone = [head for head in outcome["headlines"] if head["attribute"] in {"sex", "race"}]
    assert alone
    assert all(head["verdict"] != "disparity" for head in alone)


def test_the_comparison_is_with_the_rest(ended_demo):
    """The true difference of each fact is the group's rate less that of all other rows."""
    _, outcome = ended_demo
    known = truth("lending")
    for fact in outcome["planted"]:
        group = {"young=True": "age_band=18-29"}.get(fact["group"], fact["group"])
        true = known.rate(fact["metric"], group) - known.rest(fact["metric"], group)
        assert fact["truth"] == true
        assert (fact["outcome"] == "undecided") == (fact["verdict"] == "inconclusive")


def test_the_demo_ends_with_what_to_do_next(folder, fairkit):
    """The verdicts are on stdout; what was written and what to do next is on stderr."""
    ended = fairkit("demo")
    assert ended.status == 0
    assert "sex & race  disparity" in ended.out
    assert "0 wrong" in ended.out
    for words in ("wrote report.html", "wrote report.json", "fairkit eval FILE.csv", "fairkit metrics"):
        assert words in ended.err
        assert words not in ended.out


def test_a_wrong_finding_would_be_called_wrong():
    """The comparison is no decoration: rows whose labels were turned around contradict the truth."""
    rows = load("lending")
    known = truth("lending")
    honest = evaluate(rows, label="repaid", decision="approved", positive="yes", by="sex,race")
    turned = evaluate(rows, label="repaid", decision="approved", positive="no", by="sex,race")
    assert {c.outcome for c in compare_all(honest, known)} == {"found", "confirmed", "undecided"}
    assert "wrong" in {c.outcome for c in compare_all(turned, known)}
    assert "wrong" in {c.outcome for c in compare_planted(turned, known)}


def test_little_data_leave_the_truth_undecided():
    """With two hundred rows nothing is decided, and nothing is called found."""
    report = evaluate(hiring(rows=200), label="qualified", decision="hired", by=["race"])
    outcomes = {c.outcome for c in compare_all(report, truth("hiring"))}
    assert outcomes == {"undecided"}


def test_a_folder_that_cannot_be_made_is_refused(folder, fairkit):
    """A file in the way ends with 2 before anything is computed."""
    (folder / "taken").write_text("x", encoding="utf-8")
    ended = fairkit("demo", "--output-dir", "taken", "--json")
    assert ended.status == 2
    assert json.loads(ended.out)["error"]["kind"] == "output"
    assert "--output-dir: cannot make 'taken'" in ended.err


def test_the_demo_shows_word_error_rates_by_accent(ended_demo):
    """The voices that the recogniser was made for are heard best, and every speaker is counted."""
    _, outcome = ended_demo
    rates = {g["group"]: g for g in outcome["speech"]["groups"] if g["system"] == "default"}
    accents = {name: g for name, g in rates.items() if name.startswith("accent=") and "&" not in name}
    assert min(accents, key=lambda name: accents[name]["error_rate"]) == "accent=United States"
    assert sum(g["speakers"] for g in accents.values()) == rates["all"]["speakers"] == 78


def test_the_readme_shows_what_the_demo_prints():
    """Every line of the README's table of accents is one that the demo prints."""
    from fairkit.cli.demo import _table
    from fairkit.cli.spoken import judged_speech, spoken_rows

    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    for line in _table(spoken_rows(judged_speech(lambda _: None))):
        assert line in readme
