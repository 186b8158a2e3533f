"""No form of output says anything else about a release than another."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from gates import GATES, gate

from fairkit.policy.views.github import annotations


def json_of(gate):
    """Return verdict, code and number of results that stop, by the JSON."""
    data = json.loads(gate.to_json())
    stops = sum(
        one["severity"] == "error"
        and (one["status"] == "fail" or (one["status"] == "inconclusive" and one["effect"] == "fail"))
        for one in data["results"]
    )
    return data["verdict"], data["exit_code"], stops + len(data["problems"])


def text_of(gate):
    """Return the same by the text: what is listed at the top and what is said to be more."""
    text = gate.to_text(width=200)
    verdict, code = re.match(r"\S (\w+) \(exit (\d)\)", text).groups()
    top = text.partition("\nWhat stops the release\n")[2].partition("\n\n")[0]
    more = re.search(r"\.\.\. ([\d,]+) more that stop", top)
    listed = len(re.findall(r"^[■◆○] ", top, re.MULTILINE))
    return verdict, int(code), listed + (int(more[1].replace(",", "")) if more else 0)


def markdown_of(gate):
    """Return the same by the Markdown: rows and points in bold."""
    text = gate.to_markdown()
    verdict, code = re.match(r"## \S (\w+) \(exit (\d)\)", text).groups()
    return verdict, int(code), len(re.findall(r"^(?:\| .*\| \*\*[◆○] |- \*\*■ )", text, re.MULTILINE))


def junit_of(gate):
    """Return the same by JUnit: what failed, or is an error."""
    root = ET.fromstring(gate.to_junit())  # noqa: S314  made by us
    told = root.find("testsuite[@name='(policy)']/properties/property[@name='verdict']").get("value")
    verdict, code = re.fullmatch(r"\S (\w+) \(exit (\d)\)", told).groups()
    return verdict, int(code), int(root.get("failures")) + int(root.get("errors"))


def sarif_of(gate):
    """Return the same by SARIF: results that are errors."""
    (run,) = json.loads(gate.to_sarif())["runs"]
    errors = sum(one["level"] == "error" for one in run["results"])
    return run["properties"]["verdict"], run["invocations"][0]["exitCode"], errors


def page_of(gate):
    """Return the same by the page: what its first list has, and how many more it says there are."""
    page = gate.to_html()
    verdict, code = re.search(r"<title>\S (\w+) \(exit (\d)\)", page).groups()
    more = re.search(r"([\d,]+) more, in the tables below", page)
    listed = len(re.findall(r'<li class="[di]">', page))
    return verdict, int(code), listed + (int(more[1].replace(",", "")) if more else 0)


def github_of(gate):
    """Return the same by GitHub's annotations, all of them."""
    errors = sum(line.startswith("::error ") for line in annotations(gate, most=100_000))
    return str(gate.verdict), gate.exit_code, errors


VIEWS = (text_of, markdown_of, junit_of, sarif_of, github_of, page_of)


@pytest.mark.parametrize("name", [name for name in GATES if name != "long"])
def test_every_view_says_the_same(name):
    """Verdict, exit code and the number of what stops the release are the same in every form."""
    gate = GATES[name]()
    expected = (gate.verdict, gate.exit_code, json_of(gate)[2])
    assert json_of(gate) == expected
    assert {view.__name__: view(gate) for view in VIEWS} == dict.fromkeys(
        (view.__name__ for view in VIEWS), expected
    )
    assert (expected[2] > 0) == (gate.exit_code != 0)


def test_every_view_says_for_which_day_waivers_were_judged():
    """A gate made for another day than its own cannot pass for one of today."""
    forms = ("to_text", "to_markdown", "to_junit", "to_sarif", "to_html")
    usual, replayed = gate(), gate(today="2026-01-15")
    for form in forms:
        told = [" ".join(getattr(made, form)().split()) for made in (usual, replayed)]
        assert ["judged as of 2026-01-15" in text for text in told] == [False, True], form
    assert json.loads(replayed.to_json())["today"] == "2026-01-15"


def test_every_view_says_what_the_report_says_of_its_data():
    """Rows left out, and levels that were not declared, stand beside the data, but not without end."""
    made = gate()
    (stamp,) = made.reports
    notes = ("960 of 3,000 rows are left out: label missing.", *(f"note {i}." for i in range(20)))
    noted = replace(made, reports=(replace(stamp, notes=notes),))
    for form in ("to_text", "to_markdown", "to_junit", "to_sarif", "to_html"):
        told = " ".join(getattr(noted, form)().replace("\\", "").split())
        assert notes[0] in told, form
        assert "13 more notes in the JSON" in told, form
    assert json.loads(noted.to_json())["reports"][0]["notes"] == list(notes)
