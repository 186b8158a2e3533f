"""How the bounty program ends: exit codes, error objects, and nothing of a traceback."""

from __future__ import annotations

import json

import pytest
from bounty_games import HARMED, SERVED, opened

from bounty.cli import COMMANDS

NOWHERE = {
    "create": ["create", "nothing.csv", "--label", "a", "--prediction", "b", "-o", "x"],
    "hunt": ["hunt", "nowhere"],
    "check": ["check", "nowhere", "claim.toml"],
    "commit": ["commit", "nowhere", "--team", "owls", "--seal", "00" * 32],
    "score": ["score", "nowhere", "claim.toml", "--team", "owls"],
    "board": ["board", "nowhere"],
    "close": ["close", "nowhere"],
    "verify": ["verify", "nowhere"],
    "rescore": ["rescore", "nowhere", "--all"],
    "recover": ["recover", "nowhere"],
    "export": ["export", "nowhere", "--policy", "p.toml"],
    "plan": ["plan", "--rows", "0", "--confirmation-rows", "10"],
    "demo": ["demo", "-o", "taken"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_not_there_cannot_be_judged(name, bounty, folder, claim_file):
    """A folder or file that is missing ends with 2 and a sentence, with --json also with an error object."""
    claim_file(HARMED)
    (folder / "taken").mkdir()
    (folder / "taken" / "x").write_text("")
    ended = bounty(*NOWHERE[name])
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith("bounty: ")
    assert "Traceback" not in ended.err
    as_json = bounty(*NOWHERE[name], "--json")
    error = json.loads(as_json.out)["error"]
    assert list(error) == ["kind", "exception", "message", "problems", "status"]
    assert (as_json.status, error["status"]) == (2, 2)


@pytest.mark.parametrize(
    "name", ["board", "close", "score", "check", "hunt", "export", "rescore", "recover", "commit"]
)
def test_a_file_in_place_of_a_folder_is_named(name, bounty, folder, claim_file):
    """A path that is a file is no folder of a bounty, and no bug."""
    claim_file(HARMED)
    (folder / "nowhere").write_text("x")
    ended = bounty(*NOWHERE[name])
    assert ended.status == 2
    assert "'nowhere" in ended.err


@pytest.mark.parametrize("name", COMMANDS)
def test_a_wrong_option_is_a_usage_error(name, bounty):
    """What the command does not know ends with 2, names the word, and says where to read on."""
    ended = bounty(*NOWHERE[name], "--jsn")
    assert (ended.status, ended.out) == (2, "")
    assert "--jsn" in ended.err
    assert ended.err.endswith(f"Try 'bounty {name} --help'.\n")


def test_a_misspelt_command_names_the_one_that_was_meant(bounty):
    """The near name is offered, nothing is printed as a result."""
    ended = bounty("scor")
    assert (ended.status, ended.out) == (2, "")
    assert "Did you mean 'score'?" in ended.err


def test_no_arguments_show_the_help_on_stderr(bounty):
    """A call of nothing is no success."""
    ended = bounty()
    assert (ended.status, ended.out) == (2, "")
    assert "Commands:" in ended.err


def test_the_form_of_output_never_changes_the_code(bounty, folder, claim_file):
    """With and without --json a claim that is rejected ends with 1, one that is confirmed with 0."""
    for claim, status in ((SERVED, 1), (HARMED, 0)):
        name = claim_file(claim)
        for more in ([], ["--json"]):
            place = opened(folder / f"b{status}{len(more)}")
            assert bounty("check", place, name, *more).status == status
            assert bounty("score", place, name, "--team", "owls", *more).status == status


@pytest.mark.parametrize(
    "call",
    [
        ["board", "b"],
        ["close", "b"],
        ["verify", "b"],
        ["rescore", "b", "--all"],
        ["hunt", "b", "--most", "1"],
        ["recover", "b"],
        ["check", "b", "claim.toml"],
        ["plan", "--rows", "9000", "--confirmation-rows", "9000"],
        ["commit", "b", "--team", "owls", "--seal", "00" * 32],
        ["export", "b", "--policy", "p.toml"],
    ],
)
def test_json_is_one_document(call, bounty, folder, claim_file):
    """With --json standard output holds one JSON document and nothing else."""
    opened(folder / "b")
    claim_file(HARMED)
    ended = bounty(*call, "--json")
    assert ended.status in {0, 1}
    assert json.loads(ended.out) is not None


def test_no_color_where_none_is_wanted(bounty_process, folder):
    """Output that is no terminal, or NO_COLOR, has no escape characters."""
    opened(folder / "b")
    ended = bounty_process("board", "b", NO_COLOR="1")
    assert ended.status == 0
    assert "\x1b" not in ended.out + ended.err


def test_a_whole_run_as_a_process(bounty_process, folder, claim_file):
    """The program as it is installed judges a claim."""
    opened(folder / "b")
    ended = bounty_process("score", "b", claim_file(HARMED), "--team", "owls")
    assert (ended.status, ended.err) == (0, "left: 39 submissions, 7 acceptances\n")
    assert ended.out == f"{HARMED.hash[:8]}  confirmed: accepted and confirmed\n"
