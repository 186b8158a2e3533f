"""The gate in a pull request and in the summary of a job."""

from __future__ import annotations

import re

import pytest
from gates import GATES, gate, long, mixed, result
from markdown_it import MarkdownIt

from fairkit.policy.gate import Problem
from fairkit.policy.views.markdown import COMMENT, to_markdown

SHOWN = {name: build() for name, build in GATES.items() if name != "long"}
READER = MarkdownIt("gfm-like", {"linkify": False})


LONG = long()


def rendered(text):
    """Render Markdown as a platform would, before it cleans the HTML."""
    return READER.render(text)


@pytest.mark.parametrize("name", SHOWN)
def test_the_verdict_comes_first(name):
    """The title has the sign, the word and the exit code."""
    shown = SHOWN[name]
    assert re.match(rf"## [■◆○●] {shown.verdict} \(exit {shown.exit_code}\): ", to_markdown(shown))


def test_rows_stand_where_they_matter():
    """What stops the release comes first, then what does not, and what passes is folded away."""
    text = to_markdown(mixed())
    parts = [
        "### What stops the release",
        "### Checks",
        "### What does not stop it",
        "### Waivers",
        "<details>",
    ]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    top, below = text[: places[1]], text[places[2] : places[4]]
    assert top.count("**◆ fail**") == 2
    assert top.count("**○ inconclusive (stops)**") == 3
    assert top.count("- **■ ") == 2
    assert "◆ fail (warning)" in below
    assert text[places[4] :].count("| ● pass |") == 3


def test_every_result_is_shown_once():
    """A table row exists for each result, with the value in the scale of the limit."""
    rows = re.findall(r"^\| `[\w-]+` \| .+ \| \**[◆○◇●].*$", to_markdown(mixed()), re.MULTILINE)
    assert len(rows) == len(mixed().results)
    assert "| 0.610 [0.540, 0.690] | min 0.80 | 812 |" in rows[0]


def test_hostile_names_are_only_names():
    """A real parser finds no tag, link, image, code or mention that a name brought in, and whole tables."""
    text = to_markdown(SHOWN["hostile"])
    html = rendered(text)
    tags = set(re.findall(r"<[^>]*>", text))
    names = ("details", "summary", "sub")
    assert tags == {f"<{slash}{name}>" for name in names for slash in ("", "/")} | {"<!-- -->"}
    assert not re.search(r"<(script|img|a|b)\b", html)
    assert "@someone" not in text
    assert "https://" not in text
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", text)
    assert "x" * 400 not in text
    for table in re.findall(r"<table>.*?</table>", html, re.DOTALL):
        rows = [row.count("<td") + row.count("<th") for row in re.findall(r"<tr>.*?</tr>", table, re.DOTALL)]
        assert len(set(rows)) == 1
    assert html.count("<tr>") == len(SHOWN["hostile"].results) + 5  # four heads, and the check


@pytest.mark.parametrize("most", [21, 120, 900, 1_500, COMMENT, 900_000])
def test_a_text_keeps_within_its_bytes(most):
    """Whatever the limit, the text keeps it, is whole, and counts what it leaves out."""
    text = to_markdown(LONG, most_bytes=most)
    assert len(text.encode()) <= most
    assert text.startswith("## ◆ fail (exit 1)")
    assert text.endswith("\n")
    assert text.count("<details>") == text.count("</details>")
    rows = len(re.findall(r"^\| `", text, re.MULTILINE))
    left = re.search(r"\*([\d,]+) rows? left out here", text)
    if left:
        assert rows + int(left[1].replace(",", "")) == 10_000 + 100
    else:
        assert rows in (0, 10_000 + 100)


def test_what_passes_is_cut_before_what_fails():
    """Where rows are cut, they are those that matter least, and the note says of which kind they were."""
    text = to_markdown(long(10, 60), most_bytes=COMMENT // 2)
    assert text.count("**◆ fail**") == 86
    assert re.search(r"\*\d+ rows left out here \(\d+ that pass\); the JSON has all\.\*", text)
    short = to_markdown(LONG, most_bytes=COMMENT)
    assert re.search(r"left out here \([\d,]+ that stop the release, 100 checks, 8,571 that pass\)", short)


def test_a_problem_without_a_check_is_shown():
    """What is of no check is listed with its kind."""
    text = to_markdown(gate(problems=[Problem("hash", None, "'a|b.json' was changed.")]))
    assert r"- **■ hash**: 'a\|b.json' was changed." in text


def test_one_row_of_one_result():
    """Numbers of one are written as one."""
    assert "● 1 result passes" in to_markdown(gate([result("a=b", "pass")]))
