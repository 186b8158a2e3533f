"""`fairkit report`: views of a saved report."""

from __future__ import annotations

import json

import pytest

from fairkit.cli.auditing import AUDITS
from fairkit.cli.report import VIEWS
from fairkit.report.serialize import load_report


@pytest.fixture
def saved(loans, folder, fairkit):
    """Return the name of a saved report."""
    ended = fairkit(
        "eval", loans, "--label", "repaid", "--decision", "approved", "--by", "sex,race", "-o", "report.json"
    )
    assert ended.status == 0
    return "report.json"


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_is_the_librarys(view, saved, folder, fairkit):
    """Each view is what the report itself makes of it, on stdout."""
    report = load_report(saved)
    expected = {
        "text": report.to_text,
        "html": report.to_html,
        "markdown": report.to_markdown,
        "md": report.to_markdown,
        "json": report.to_json,
    }[view]()
    ended = fairkit("report", saved, "--as", view)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.strip() == expected.strip()


def test_the_view_is_text_unless_another_is_asked_for(saved, fairkit):
    """Without --as the report is read on the terminal."""
    assert fairkit("report", saved).out == fairkit("report", saved, "--as", "text").out


def test_json_gives_the_file_back(saved, folder, fairkit):
    """Reading and writing loses nothing: the JSON view is the file."""
    ended = fairkit("report", saved, "--json")
    assert ended.out == (folder / saved).read_text(encoding="utf-8")


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_can_go_to_a_file(view, saved, folder, fairkit):
    """With -o the view is in the file, and stdout stays empty."""
    ended = fairkit("report", saved, "--as", view, "-o", "view")
    assert (ended.status, ended.out, ended.err) == (0, "", "wrote view\n")
    assert (folder / "view").read_text(encoding="utf-8").strip() == fairkit(
        "report", saved, "--as", view
    ).out.strip()


def test_an_unknown_view_is_refused_with_the_list(saved, fairkit):
    """A view that is not there names those that are."""
    ended = fairkit("report", saved, "--as", "annex")
    assert (ended.status, ended.out) == (2, "")
    assert "'annex' is not one of" in ended.err
    assert all(f"'{view}'" in ended.err for view in (*VIEWS, *AUDITS))


def test_two_views_at_once_are_refused(saved, fairkit):
    """--json beside another view is a contradiction, said as JSON too."""
    ended = fairkit("report", saved, "--as", "html", "--json")
    assert ended.status == 2
    assert json.loads(ended.out)["error"]["kind"] == "usage"


def test_the_report_is_not_replaced_by_its_own_view(saved, folder, fairkit):
    """A view cannot be written over the report it shows."""
    before = (folder / saved).read_bytes()
    ended = fairkit("report", saved, "--as", "html", "-o", saved)
    assert ended.status == 2
    assert "'report.json' is the data that are read" in ended.err
    assert (folder / saved).read_bytes() == before


BROKEN = {
    "no file": (None, "there is no report at 'broken.json'"),
    "no JSON": ("not json", "'broken.json'"),
    "another JSON": ('{"schema": "other/1"}', "other/1"),
    "a list": ("[]", "'broken.json'"),
    "a newer schema": ('{"schema": "fairkit.report/99"}', "fairkit.report/99"),
    "nothing": ("", "'broken.json'"),
    "not a number": ('{"schema": "fairkit.report/1", "counts": NaN}', "'broken.json'"),
    "deep": ("[" * 100_000, "'broken.json'"),
}


@pytest.mark.parametrize(("content", "words"), BROKEN.values(), ids=BROKEN.keys())
def test_what_is_no_report_is_refused(content, words, folder, fairkit):
    """A file that is no report of this schema ends with 2 and its name."""
    if content is not None:
        (folder / "broken.json").write_text(content, encoding="utf-8")
    ended = fairkit("report", "broken.json")
    assert (ended.status, ended.out) == (2, "")
    assert words in ended.err
    assert "Traceback" not in ended.err


def test_a_damaged_report_is_refused_with_its_places(saved, folder, fairkit):
    """A report whose numbers were removed names where."""
    content = json.loads((folder / saved).read_text(encoding="utf-8"))
    del content["findings"][0]["verdict"]
    content["estimates"][0]["n"] = "many"
    (folder / saved).write_text(json.dumps(content), encoding="utf-8")
    ended = fairkit("report", saved, "--json")
    error = json.loads(ended.out)["error"]
    assert (ended.status, error["kind"]) == (2, "report")
    assert "verdict" in error["message"]
    assert len(error["problems"]) == 2


def test_a_folder_is_no_report(folder, fairkit):
    """A folder is refused by name."""
    (folder / "reports").mkdir()
    ended = fairkit("report", "reports")
    assert ended.status == 2
    assert "'reports'" in ended.err


FORMS = {
    "text": "Bias audit",
    "markdown": "# Bias audit",
    "html": "<!DOCTYPE html>",
    "csv": "table,category",
    "json": "{",
}


@pytest.mark.parametrize("form", FORMS)
def test_an_audit_comes_in_every_form(form, decided, folder, fairkit):
    """An audit is printed in the form asked for, and a file's name asks for one too."""
    printed = fairkit("report", decided, "--as", "ll144", "--format", form)
    assert (printed.status, printed.err) == (0, "")
    assert printed.out.startswith(FORMS[form])
    suffix = {"text": "txt", "markdown": "md"}.get(form, form)
    written = fairkit("report", decided, "--as", "ll144", "-o", f"audit.{suffix}")
    assert (written.status, written.out) == (0, "")
    assert (folder / f"audit.{suffix}").read_text(encoding="utf-8").strip() == printed.out.strip()


def test_markdown_has_its_short_name(decided, fairkit):
    """--format takes 'md', as --as does."""
    long, short = (
        fairkit("report", decided, "--as", "ll144", "--format", form) for form in ("markdown", "md")
    )
    assert (short.status, short.out) == (0, long.out)


def test_attributes_of_other_names_are_asked_for(decided, fairkit):
    """Who calls sex 'gender' is told which option says so."""
    ended = fairkit("report", decided, "--as", "ll144", "--sex", "gender")
    assert ended.status == 2
    assert "no attribute 'gender'" in ended.err
    assert "--sex COL" in ended.err


@pytest.fixture
def decided(loans, folder, fairkit):
    """Return the name of a saved report that audits of people can be made of."""
    fairkit(
        "eval",
        loans,
        "--decision",
        "approved",
        "--by",
        "sex",
        "--by",
        "race",
        "--by",
        "sex,race",
        "-o",
        "d.json",
    )
    return "d.json"


@pytest.mark.parametrize("view", ["ll144", "adverse-impact", "card"])
def test_json_is_a_form_of_every_audit(view, decided, fairkit):
    """--json prints the audit as JSON of its own schema, and nothing else."""
    ended = fairkit("report", decided, "--as", view, "--json")
    assert ended.status == 0
    assert json.loads(ended.out)["schema"] == f"fairkit.{view}/1"


def test_options_of_an_audit_reach_it(decided, fairkit):
    """What is asked on the command line is what the audit does."""
    ended = fairkit(
        "report", decided, "--as", "ll144", "--race", "sex", "--sex", "race", "--tool", "sorter",
        "--audit-date", "2026-11-21", "--json",
    )  # fmt: skip
    found = json.loads(ended.out)
    assert found["tables"][0]["attributes"] == ["race"]
    assert (found["statement"]["Tool"], found["statement"]["Date of the audit"]) == ("sorter", "2026-11-21")
    ended = fairkit(
        "report", decided, "--as", "adverse-impact", "--by", "race", "--comparison", "race=White",
        "--strata", "sex", "--confidence", "0.9", "--min-cell", "0", "--json",
    )  # fmt: skip
    found = json.loads(ended.out)
    table = found["tables"][0]
    assert (table["comparison"], table["strata"], found["confidence"]) == ("race=White", "sex", 0.9)
    ended = fairkit(
        "report", decided, "--as", "card", "--model-name", "m", "--dataset-name", "d", "--task", "other"
    )
    assert 'name: "m"' in ended.out
    assert 'type: "other"' in ended.out


WRONG = {
    "an option of another audit": (("--as", "card", "--sex", "sex"), "--sex belongs to --as ll144"),
    "an option of an audit": (("--strata", "sex"), "not to the report itself"),
    "two forms": (("--as", "ll144", "--format", "csv", "--json"), "two forms"),
    "a card as a page": (("--as", "card", "-o", "card.html"), "a card is Markdown, or JSON"),
    "no justification": (("--as", "ll144", "--exclude-under", "0.02"), "justification"),
    "nothing left out": (("--as", "ll144", "--justification", "few"), "--exclude-under"),
    "no level": (("--as", "adverse-impact", "--comparison", "White"), "COL=LEVEL"),
    "a level twice": (
        ("--as", "adverse-impact", "--comparison", "sex=F", "--comparison", "sex=M"),
        "names a level of 'sex' twice",
    ),
    "no such day": (("--as", "ll144", "--audit-date", "21.11.2026"), "does not match"),
    "evidence on the screen": (("--as", "evidence"), "name the file it goes to"),
    "a hash alone": (("--sha256", "00"), "belongs to --verify"),
    "a view while checking": (("--verify", "--as", "html"), "leave the other options out"),
    "scores": (("--as", "ll144", "--rate", "scoring"), "no scoring rate"),
    "a number under three": (("--as", "card", "--min-cell", "2"), "at least 3"),
}


@pytest.mark.parametrize(("arguments", "words"), WRONG.values(), ids=WRONG.keys())
def test_a_call_that_cannot_be_meant_ends_with_2(arguments, words, decided, fairkit):
    """Options that contradict one another, or belong to another audit, are refused."""
    ended = fairkit("report", decided, *arguments)
    assert ended.status == 2
    assert words in " ".join(ended.err.split())


def test_audits_of_people_refuse_other_reports(loans, folder, fairkit):
    """A report on amounts has no selections, and says what would have."""
    fairkit("eval", loans, "--label", "age", "--prediction", "score", "--by", "sex", "-o", "amounts.json")
    for view in ("ll144", "adverse-impact"):
        ended = fairkit("report", "amounts.json", "--as", view)
        assert ended.status == 2
        assert "regression has no selections" in ended.err
    assert fairkit("report", "amounts.json", "--as", "card").status == 0


def test_evidence_is_written_and_checked(decided, folder, fairkit):
    """A pack checks with 0; one with a changed byte, or another hash, with 1; what is none, with 2."""
    written = fairkit(
        "report", decided, "--as", "evidence", "--include", "loans.csv", "-o", "e.zip", "--json"
    )
    assert written.status == 0
    made = json.loads(written.out)
    assert made["sha256"] in written.err
    checked = fairkit("report", "e.zip", "--verify", "--sha256", made["sha256"], "--json")
    assert (checked.status, json.loads(checked.out)["ok"]) == (0, True)
    assert fairkit("report", "e.zip", "--verify", "--sha256", "0" * 64).status == 1
    content = bytearray((folder / "e.zip").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "e.zip").write_bytes(bytes(content))
    changed = fairkit("report", "e.zip", "--verify")
    assert changed.status == 1
    assert "was changed" in changed.out
    assert fairkit("report", decided, "--verify").status == 2
    assert fairkit("report", "none.zip", "--verify").status == 2
