"""`fairkit identity-auc`: what it prints, writes and refuses, and that it asks what the library asks."""

from __future__ import annotations

import inspect
import json

import click
import pytest

from fairkit.cli.identity_auc import command
from fairkit.text import identity_aucs

OUTPUTS = {"output", "html", "as_json"}
PARAMETERS = {name: p for name, p in inspect.signature(identity_aucs).parameters.items() if name != "data"}


@pytest.fixture
def comments(write_csv):
    """Return a CSV of 400 comments; harmless ones that mention gay people score as high as harmful ones."""
    rows = [
        (i % 2, round((i * 37 % 101) / 202 + 0.4 * (i % 2 or i % 4 == 0), 3), i % 4 < 2, i % 5 / 4, i // 4)
        for i in range(400)
    ]
    return write_csv("comments.csv", ("toxic", "score", "gay", "muslim", "author"), rows)


def test_there_is_an_option_for_every_parameter():
    """A parameter of the library is an option of the command, by the same name, and the reverse."""
    names = {option.name for option in command.params if isinstance(option, click.Option)}
    assert names - OUTPUTS == set(PARAMETERS)


@pytest.mark.parametrize("name", sorted(set(PARAMETERS) - {"identities", "label", "score"}))
def test_option_and_parameter_have_the_same_default(name):
    """An option that is not given asks what the parameter that is not given asks."""
    line = ["data.csv", "--label", "y", "--score", "s", "--identity", "gay"]
    context = command.make_context("identity-auc", line)
    assert (context.params[name] or PARAMETERS[name].default) == PARAMETERS[name].default


def test_areas_are_printed_with_verdicts(fairkit, comments):
    """The text names every kind of area, its worst identity with a verdict, and the power means."""
    ended = fairkit(
        *("identity-auc", comments, "--label", "toxic", "--score", "score"),
        *("--identity", "gay", "--identity", "muslim: muslim >= 0.5"),
    )
    assert (ended.status, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert lines[0] == "Identity AUCs of comments.csv"
    start = lines.index("BPSN AUC")
    assert any(line.startswith("gay ") and line.endswith("◆ disparity") for line in lines[start : start + 6])
    assert any(line.startswith("Combined with the AUC of all rows") for line in lines)
    assert "\x1b" not in ended.out


def test_json_is_the_librarys(fairkit, comments):
    """What --json prints is what the library returns, apart from when it was made."""
    ended = fairkit(
        *("identity-auc", comments, "--label", "toxic", "--score", "score", "--identity", "gay", "--json"),
        *("--cluster", "author", "--power", "-3"),
    )
    told = json.loads(ended.out)
    here = identity_aucs(
        comments, label="toxic", score="score", identities=["gay"], cluster="author", power=-3.0
    ).to_json()
    assert told | {"created": ""} == json.loads(here) | {"created": ""}
    assert told["schema"] == "fairkit.identity_aucs/1"


def test_files_are_written(fairkit, comments, folder):
    """Options -o and --html write the numbers and the page, and say so on standard error."""
    ended = fairkit(
        *("identity-auc", comments, "--label", "toxic", "--score", "score", "--identity", "gay"),
        *("-o", "areas.json", "--html", "areas.html"),
    )
    assert ended.status == 0
    assert ended.err.splitlines() == ["wrote areas.json", "wrote areas.html"]
    assert json.loads((folder / "areas.json").read_text())["identities"][0]["identity"] == "gay"
    assert (folder / "areas.html").read_text().startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--identity", "muslim"], "'muslim: muslim >= 0.5'"),
        (["--identity", "gya"], "Did you mean 'gay'"),
        (["--identity", "gay", "--html", "comments.csv"], "is the data that are read"),
        (["--identity", "gay", "--unknown", "leave"], "leave-out"),
        ([], "name at least one identity"),
        (["--term", "gay"], "belong together"),
    ],
)
def test_what_cannot_be_judged_ends_with_two(fairkit, comments, arguments, told):
    """A wrong question or column is told with a way out, as text and as JSON, and ends with code 2."""
    ended = fairkit("identity-auc", comments, "--label", "toxic", "--score", "score", *arguments, "--json")
    assert ended.status == 2
    assert told in ended.err
    assert json.loads(ended.out)["error"]["status"] == 2
