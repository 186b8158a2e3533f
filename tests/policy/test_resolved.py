"""Every value that holds is shown once, with where it is from."""

from __future__ import annotations

import pytest
from example_policies import EXAMPLE

from fairkit.policy.loading import load_document
from fairkit.policy.resolved import resolved


@pytest.fixture
def values(tmp_path):
    """Return what holds by the example, by path."""
    (tmp_path / "fairness.toml").write_text(EXAMPLE)
    return {each.path: each for each in resolved(load_document(tmp_path / "fairness.toml"))}


def test_what_the_file_says_has_its_line(values):
    """Values of the file are shown as written, with the line they stand on."""
    lines = EXAMPLE.splitlines()
    for each in values.values():
        assert (each.origin == "file") is (each.line is not None)
        if each.line is not None:
            assert each.key in lines[each.line - 1]
            assert each.text.replace(" ", "") in lines[each.line - 1].replace(" ", "")


def test_limits_keep_their_text(values):
    """A limit of 0.80 is shown as 0.80, and is a number in JSON."""
    assert (values["$.check[0].min"].text, values["$.check[0].min"].value) == ("0.80", 0.8)
    assert (values["$.waiver[0].expires"].text, values["$.waiver[0].expires"].value) == ("2026-12-31",) * 2


@pytest.mark.parametrize(
    ("path", "text", "why"),
    [
        ("$.evidence.replicates", "2000", ""),
        ("$.check[2].rule", '"prove-harm"', ""),
        ("$.check[1].direction", '"either"', ""),
        ("$.check[0].on_inconclusive", '"warn"', "rule is prove-harm"),
        ("$.check[1].on_inconclusive", '"fail"', "rule is prove-safety"),
        ("$.check[3].compare", '"baseline"', "a baseline is named"),
        ("$.data.missing_values", "[]", ""),
    ],
)
def test_what_is_left_out_has_its_default(values, path, text, why):
    """Defaults are shown as such, and on what they depend."""
    found = values[path]
    assert (found.text, found.origin, found.why, found.line) == (text, "default", why, None)


def test_what_does_not_apply_is_not_shown(values):
    """A direction belongs to differences, and a limit that is not given is none."""
    assert "$.check[0].direction" not in values
    assert "$.check[0].max" not in values
    assert not any(path.startswith("$.speech") for path in values)
