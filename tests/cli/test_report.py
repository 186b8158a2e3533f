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
