"""The report in a pull request."""

from __future__ import annotations

import re

import pytest

from fairkit.report import markdown
from fairkit.report.markdown import LONGEST, escaped, to_markdown

BARE_PIPE = re.compile(r"(?<!\\)(?:\\\\)*\|")


@pytest.mark.parametrize("name", ["report", "hostile", "many"])
def test_tables_are_whole(name, request):
    """Every row of a table has as many cells as its head, whatever the names of the groups."""
    columns = None
    tables = 0
    for line in to_markdown(request.getfixturevalue(name)).splitlines():
        if not line.startswith("|"):
            columns = None
            continue
        cells = len(BARE_PIPE.findall(line))
        tables += columns is None
        assert cells == (columns or cells)
        columns = cells
    assert tables > 1


def test_names_are_escaped(hostile):
    """No name becomes a tag, a link, a mention, code or a line of its own."""
    text = to_markdown(hostile)
    tags = set(re.findall(r"<[^>]*>", text))
    names = ("details", "summary", "sub", "code")
    assert tags == {f"<{slash}{name}>" for name in names for slash in ("", "/")} | {"<!-- -->"}
    assert "](" not in text.replace(r"\](", "")
    assert "@someone" not in text
    assert "https://" not in text
    assert "\x1b" not in text
    assert escaped("a\nb") == r"a\\nb"


def test_a_report_fits_in_a_comment(many, monkeypatch):
    """A long report keeps its verdicts and says how many tables it left out."""
    assert len(to_markdown(many)) <= LONGEST
    monkeypatch.setattr(markdown, "LONGEST", 20_000)
    text = to_markdown(many)
    assert len(text) <= 20_000
    assert re.search(r"\*\d+ tables? do(es)? not fit here", text)
    assert text.count("<details>") == text.count("</details>")


def test_the_verdict_comes_first(report):
    """The title has the verdict, the headlines follow, tables are folded away below."""
    text = to_markdown(report)
    assert text.startswith("## ◆ disparity: fairness report on arrays\n")
    assert text.index("### By group") < text.index("### The surest disparities") < text.index("<details>")
    assert "\\- undefined" not in text
    assert "– undefined (no rows): nobody" in text
