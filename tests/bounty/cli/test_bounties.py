"""Whole bounties of every kind by the command line, from a CSV file to the repaired model."""

from __future__ import annotations

import json
import shutil
import tomllib
from dataclasses import replace

import pytest
from bounty_games import CONFIRMED, HARMED, KINDS, LEFT_NO, SERVED, STREAM, TERMS, opened, played

from bounty.game.bounty import Bounty
from bounty.ledger.ledger import read_entries

COLUMNS = {
    "decisions": ["--label", "label", "--prediction", "said", "--positive", "yes", "--use", "big=other"],
    "costs": ["--errors", "errors", "--units", "words", "--use", "large=large"],
    "scores": ["--label", "label", "--score", "risk"],
    "classes": ["--label", "animal", "--prediction", "said"],
}
ASKED = [
    *("--epsilon", "0.2", "--least", "0.02", "--submissions", "40", "--acceptances", "8", "--repairs", "4"),
    *("--differing", "0.2"),
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_bounty_from_its_rows_to_its_end(kind, bounty, folder, data, claim_file):
    """Create, hunt, check, score, board, close, verify, rescore and export work on every kind of answers."""
    made = bounty("create", data(kind), *COLUMNS[kind], *ASKED, "-o", "b")
    assert made.status == 0, made.err
    assert "The held-out rows keep this promise." in made.out
    hunted = bounty("hunt", "b", "-o", "claims", "--most", "2")
    assert hunted.status == 0
    assert sorted(folder.glob("claims/*.toml"))
    files = [claim_file(claim, f"{place}.toml") for place, claim in enumerate(CONFIRMED[kind])]
    checked = bounty("check", "b", *files)
    assert checked.status == 0, checked.out
    assert checked.out.count("enough") == 4
    scored = bounty("score", "b", *files, "--team", "owls")
    assert scored.status == 0
    assert scored.out.count("accepted and confirmed") == 2
    assert "owls" in bounty("board", "b").out
    closed = bounty("close", "b")
    assert (closed.status, (folder / "b" / "reveal.json").exists()) == (0, True)
    verified = bounty("verify", "b")
    assert verified.status == 0
    assert "every decision, made again from its evidence" in verified.out
    assert bounty("rescore", "b", "--all").status == 0
    assert bounty("export", "b", "--policy", "fairness.toml").status == 0
    assert tomllib.loads((folder / "fairness.toml").read_text())
    exported = bounty("export", "b", "--model", "repaired.py")
    assert (exported.status, kind == "costs" or (folder / "repaired.py").exists()) in {(0, True), (2, True)}


def test_the_project_s_own_data_make_a_bounty(bounty, folder):
    """The loans in datasets/ are enough for a first bounty, or the refusal says what they support."""
    from pathlib import Path

    loans = Path(__file__).parents[3] / "datasets" / "lending.csv"
    call = ["create", loans, "--label", "repaid", "--prediction", "approved", "--positive", "yes"]
    call += ["--cluster", "applicant", "--coarsen", "income=10000"]
    refused = bounty(*call, "-o", "b")
    assert refused.status == 2
    assert "rows, which support" in refused.err
    made = bounty(*call, "--epsilon", "0.3", "--acceptances", "3", "-o", "b")
    assert made.status == 0, made.err
    assert bounty("hunt", "b", "--most", "1").status == 0


# --- check ---


def test_check_says_what_is_missing(bounty, folder, claim_file):
    """A claim that would not do is told the certain mass of each part, what is asked, and the difference."""
    opened(folder / "b")
    ended = bounty("check", "b", claim_file(SERVED))
    assert ended.status == 1
    assert "0.0200 is asked" in ended.out
    assert ended.out.count("too little") == 2
    assert "Rows like these would not have it accepted and confirmed." in ended.out
    found = json.loads(bounty("check", "b", "claim.toml", "--json").out)[0]
    assert [part["accepted"] for part in found["parts"]] == [False, False]
    assert found["expected"] is False


def test_check_says_that_a_claim_is_known(bounty, folder, claim_file):
    """A duplicate is told before it is sent, however good it looks on public rows."""
    played(folder / "b", HARMED)
    ended = bounty("check", "b", claim_file(HARMED))
    assert ended.status == 1
    assert "very same claim was accepted" in ended.out


def test_check_needs_nothing_private(bounty, folder, claim_file):
    """A hunter's copy is enough, and what is missing for judging is said."""
    opened(folder / "b")
    shutil.copytree(folder / "b", folder / "copy", ignore=shutil.ignore_patterns("private"))
    name = claim_file(HARMED)
    assert bounty("check", "copy", name).status == 0
    ended = bounty("score", "copy", name, "--team", "owls")
    assert ended.status == 2
    assert "only the host can judge" in ended.err


def test_every_misfit_is_said_with_its_file(bounty, folder, claim_file):
    """Of several claims all faults are told at once, and none of the claims is judged."""
    opened(folder / "b")
    good = claim_file(HARMED, "good.toml")
    one = claim_file(replace(HARMED, group="sied == 'left'"), "one.toml")
    two = claim_file(replace(HARMED, group="age > 99"), "two.toml")
    ended = bounty("score", "b", good, one, two, "--team", "owls")
    assert ended.status == 2
    assert "one.toml: " in ended.err
    assert "two.toml: the group has 0 public rows" in ended.err
    assert len(read_entries(folder / "b" / "ledger.jsonl")) == 1
    assert "one.toml: " in bounty("check", "b", good, one).err


# --- score ---


def test_a_budget_that_ends_between_two_claims_loses_nothing(bounty, folder, claim_file):
    """What was judged before the budget ended is told, and the error says why the rest was not."""
    opened(folder / "b", terms=replace(TERMS, submissions=1, acceptances=1))
    names = [claim_file(HARMED, "1.toml"), claim_file(SERVED, "2.toml")]
    ended = bounty("score", "b", *names, "--team", "owls")
    assert (ended.status, ended.out) == (2, "")
    assert f"{HARMED.hash[:8]}  confirmed" in ended.err
    assert "all 1 submissions are judged" in ended.err
    again = bounty("score", "b", names[0], "--team", "owls")
    assert (again.status, again.out) == (0, f"{HARMED.hash[:8]}  confirmed: accepted and confirmed\n")


def test_a_receipt_is_written_and_checked(bounty, folder, claim_file):
    """Verification takes the receipt, and finds out a ledger that was cut off."""
    opened(folder / "b")
    name = claim_file(HARMED)
    assert bounty("score", "b", name, "--team", "owls", "--receipt", "r.json").status == 0
    assert bounty("verify", "b", "--receipt", "r.json").status == 0
    ledger = folder / "b" / "ledger.jsonl"
    (folder / "cut.jsonl").write_bytes(b"".join(ledger.read_bytes().splitlines(keepends=True)[:2]))
    ended = bounty("verify", "cut.jsonl", "--receipt", "r.json")
    assert ended.status == 1
    assert "WRONG: row 3: it was cut off" in ended.out


@pytest.mark.parametrize("option", ["--nonce", "--receipt"])
def test_options_of_one_claim_take_one(option, bounty, folder, claim_file):
    """A nonce opens one commitment and a receipt is of one claim, so with two claims nothing is judged."""
    opened(folder / "b")
    names = [claim_file(HARMED, "1.toml"), claim_file(SERVED, "2.toml")]
    ended = bounty("score", "b", *names, "--team", "owls", option, "00" * 32)
    assert ended.status == 2
    assert f"{option} go with one claim" in ended.err
    assert len(read_entries(folder / "b" / "ledger.jsonl")) == 1


@pytest.mark.parametrize("team", ["", "a\x1b[2Jb", "owls "])
def test_a_team_s_name_is_refused_in_plain_text(team, bounty, folder, claim_file):
    """Whatever a name holds, the message holds no control character."""
    opened(folder / "b")
    ended = bounty("score", "b", claim_file(HARMED), "--team", team)
    assert ended.status == 2
    assert "printable" in ended.err
    assert "\x1b" not in ended.err


# --- commitments ---


def test_a_commitment_from_its_seal_to_its_claim(bounty, folder, claim_file):
    """What check prints commit takes, and score opens with the nonce."""
    opened(folder / "b")
    name = claim_file(HARMED)
    sealed = json.loads(bounty("check", "b", name, "--seal", "--team", "owls", "--json").out)[0]
    row = bounty("commit", "b", "--team", "owls", "--seal", sealed["seal"], "--receipt", "c.json")
    assert (row.status, row.out.startswith("row 2, ")) == (0, True)
    assert bounty("score", "b", name, "--team", "cats").status == 0
    late = bounty("score", "b", name, "--team", "owls", "--nonce", sealed["nonce"])
    assert (late.status, "repeats" in late.out) == (1, True)
    assert bounty("verify", "b", "--receipt", "c.json").status == 0
    board = json.loads(bounty("board", "b", "--json").out)
    assert [team["team"] for team in board["teams"]] == ["owls", "cats"]


@pytest.mark.parametrize("more", [["--seal"], ["--team", "owls"], ["--seal", "--team", "a\tb"]])
def test_a_seal_is_a_team_s(more, bounty, folder, claim_file):
    """A commitment needs the team's name, which must be one."""
    opened(folder / "b")
    assert bounty("check", "b", claim_file(HARMED), *more).status == 2


def test_the_nonce_is_printed_for_people(bounty, folder, claim_file):
    """Seal and nonce stand below what was found, each of 64 digits."""
    opened(folder / "b")
    lines = bounty("check", "b", claim_file(HARMED), "--seal", "--team", "owls").out.splitlines()
    assert [len(line.split()[1]) for line in lines[-2:]] == [64, 64]


# --- closing, verifying, judging again ---


def test_the_reveal_is_written_again(bounty, folder):
    """To close again with --open-parts gives the reveal that was left out before."""
    played(folder / "b", HARMED)
    reveal = folder / "b" / "reveal.json"
    assert bounty("close", "b").status == 0
    first = json.loads(reveal.read_text())
    assert bounty("close", "b", "--open-parts").status == 0
    assert json.loads(reveal.read_text())["parts"]
    assert not first.get("parts")


def test_a_change_is_a_failure_and_damage_cannot_be_judged(bounty, folder):
    """Rescoring ends with 1 where a number differs and with 2 where a file is missing."""
    from bounty_games import rewrite

    made = played(folder / "b", *STREAM)
    entries = made.ledger.entries()
    row = next(entry for entry in entries if entry.body.get("outcome") == "rejected")
    good = (folder / "b" / "ledger.jsonl").read_bytes()
    rewrite(folder / "b" / "ledger.jsonl", entries, {row.seq: {**row.body, "outcome": "accepted"}})
    for more in ([], ["--json"]):
        ended = bounty("rescore", "b", "--all", *more)
        assert ended.status == 1
        assert f"row {row.seq}" in ended.out
    (folder / "b" / "ledger.jsonl").write_bytes(good)
    (folder / "b" / "private" / "checker.npz").unlink()
    assert bounty("rescore", "b", "--all").status == 2


def test_a_row_that_a_crash_cut_off_is_dropped_on_request(bounty, folder, claim_file):
    """Every command names it, and recover drops it and writes what is missing."""
    made = played(folder / "b", *STREAM)
    ledger = folder / "b" / "ledger.jsonl"
    ledger.write_bytes(ledger.read_bytes()[:-5])
    ended = bounty("board", "b")
    assert (ended.status, "cut off" in ended.err) == (2, True)
    mended = json.loads(bounty("recover", "b", "--json").out)
    assert mended["written"] == 1
    assert mended["dropped"] > 0
    assert len(Bounty(folder / "b").judged) == len(made.judged)
    assert json.loads(bounty("recover", "b", "--json").out)["dropped"] == 0


def test_keys_sign_and_are_needed(bounty, folder, data, claim_file):
    """A bounty that is created with a key is judged and closed with it, and verified with the public one."""
    made = bounty(
        "create", data("decisions"), *COLUMNS["decisions"], *ASKED, "--key", "host.key", "-o", "b", "--json"
    )
    public = json.loads(made.out)["manifest"]["public_key"]
    name = claim_file(HARMED)
    assert bounty("score", "b", name, "--team", "owls").status == 2
    assert bounty("score", "b", name, "--team", "owls", "--key", "host.key").status == 0
    assert bounty("close", "b").status == 2
    assert bounty("close", "b", "--key", "host.key").status == 0
    assert bounty("verify", "b", "--public-key", public).status == 0
    assert bounty("verify", "b", "--public-key", "00" * 32).status in {1, 2}
    assert bounty("score", "b", name, "--team", "owls", "--key", "nothing.key").status == 2


def test_the_published_hash_of_the_manifest_is_checked(bounty, folder):
    """With the hash that was published before, another manifest is found out."""
    made = played(folder / "b", HARMED)
    assert bounty("verify", "b", "--manifest-hash", made.manifest.hash).status == 0
    assert bounty("verify", "b", "--manifest-hash", "00" * 32).status == 1


# --- hunting and hostile files ---


def test_a_hunt_that_cannot_be_written_is_refused_first(bounty, folder):
    """A file in place of the folder, and a seed or a number that is none, are mistakes of the call."""
    opened(folder / "b")
    (folder / "file").write_text("")
    for more in (["-o", "file"], ["--seed", "-5"], ["--most", "0"], ["--kind", "claim"]):
        ended = bounty("hunt", "b", *more)
        assert (ended.status, ended.out) == (2, "")


@pytest.mark.parametrize(
    "text",
    [
        "claim: disparity\nloss: error\ngroup: \"side == 'a\\e[2Jb'\"\n",
        'claim: disparity\nloss: error\ngroup: "side == \'left\'"\nabout: {title: "a\\e[2Jb"}\n',
        "claim: disparity\nloss: error\ngroup: \"side == '\u202eleft'\"\n",
        "claim: &a [*a]\n",
        "",
    ],
)
def test_a_claim_cannot_command_the_terminal(text, bounty, folder):
    """What a claim file holds is refused in plain text, or printed as such."""
    opened(folder / "b")
    (folder / "claim.yaml").write_text(text)
    for call in (["check", "b", "claim.yaml"], ["score", "b", "claim.yaml", "--team", "owls"]):
        ended = bounty(*call)
        assert ended.status == 2
        assert not {"\x1b", "\u202e"} & set(ended.out + ended.err)


# --- plan, board, export, demo ---


def test_a_plan_teaches(bounty):
    """It says what is promised, what each part supports by each bound, and ends with 1 if rows lack."""
    kept = bounty("plan", "--rows", "200000", "--confirmation-rows", "100000", "--epsilon", "0.1")
    assert kept.status == 0
    assert "The held-out rows keep this promise." in kept.out
    missing = bounty("plan", "--rows", "2000", "--confirmation-rows", "1000")
    assert missing.status == 1
    assert "Refused: part A has 2,000 rows" in missing.out
    for bound in ("bernstein", "chernoff", "hoeffding"):
        assert bound in missing.out
    assert bounty("plan", "--rows", "9", "--confirmation-rows", "9", "--epsilon", "2").status == 2


def test_a_board_is_written_as_a_page(bounty, folder):
    """The page and the Markdown hold the teams, and a folder that is not there is refused first."""
    played(folder / "b", HARMED)
    assert bounty("board", "b", "--html", "b.html", "--md", "b.md").status == 0
    assert "owls" in (folder / "b.html").read_text()
    assert "owls" in (folder / "b.md").read_text()
    assert bounty("board", "b", "--html", "no/b.html").status == 2


def test_an_export_of_nothing_is_a_mistake(bounty, folder):
    """Without --policy and --model there is nothing to write, and another suffix is no model."""
    played(folder / "b", LEFT_NO)
    assert bounty("export", "b").status == 2
    assert bounty("export", "b", "--model", "m.pkl").status == 2
    assert not (folder / "m.pkl").exists()
    ended = bounty("export", "b", "--model", "m.onnx", "--policy", "p.toml", "--json")
    assert json.loads(ended.out)["files"] == ["p.toml", "m.onnx"]


def test_onnx_files_run_only_if_they_are_named(bounty, folder):
    """A tree that was trained and written as ONNX is refused with its hash, and judged when that is given."""
    import numpy as np
    from onnx import TensorProto as T
    from onnx_graphs import model as graph
    from onnx_graphs import node, onnx_model

    never = graph(
        [node("Less", "age limit", "y")],
        inputs={"age": (T.FLOAT, [None, 1])},
        constants={"limit": np.float32(0)},
    )
    (folder / "never.onnx").write_bytes(never.SerializeToString())
    (folder / "claim.toml").write_text(
        "claim = 'repair'\nloss = 'error'\ngroup = \"side == 'left'\"\nmodel = {onnx = 'never.onnx'}\n"
    )
    opened(folder / "b")
    trust = f"--trust={onnx_model(never).sha256}"
    for call in (["check", "b", "claim.toml"], ["score", "b", "claim.toml", "--team", "owls"]):
        ended = bounty(*call)
        assert ended.status == 2
        assert "only if you trust it" in ended.err
        assert bounty(*call, trust).status == 0
    for call in (["board", "b"], ["hunt", "b", "--most", "1"], ["close", "b"], ["rescore", "b", "--all"]):
        assert bounty(*call).status == 2, call
        assert bounty(*call, trust).status == 0, call
    assert bounty("verify", "b").status == 0
    assert bounty("board", "b", "--trust", "xyz").status == 2


def test_a_demonstration_is_played(bounty, folder, monkeypatch):
    """The command prints what happened, in text and JSON, and takes no folder that is taken."""
    import functools

    from bounty.game import demonstrating

    small = functools.cache(functools.partial(demonstrating.demonstrate, rows=120_000))
    monkeypatch.setattr(demonstrating, "demonstrate", small)
    (folder / "taken").mkdir()
    (folder / "taken" / "ledger.jsonl").write_text("of no demonstration")
    assert bounty("demo", "-o", "taken", "--again").status == 2
    assert (folder / "taken" / "ledger.jsonl").exists()
    ended = bounty("demo", "-o", "d")
    assert ended.status == 0
    assert "is found and confirmed" in ended.out
    again = bounty("demo", "-o", "d", "--again", "--json")
    assert json.loads(again.out)["verified"]["ok"]
    assert not (folder / "d").exists()  # it was removed, and what is printed again is kept from before


def test_a_team_is_shown_its_score(bounty, folder, data, claim_file):
    """With --ladder-changes a repair prints the rounded loss, which is counted and verified."""
    ladder = ["--ladder-changes", "5", "--ladder-step", "0.05"]
    made = bounty("create", data("decisions"), *COLUMNS["decisions"], *ASKED, *ladder, "-o", "b")
    assert made.status == 0, made.err
    name = claim_file(LEFT_NO)
    shown = bounty("score", "b", name, "--team", "owls")
    assert "the score of owls is now 0.35" in shown.out
    again = json.loads(bounty("score", "b", name, "--team", "owls", "--json").out)
    assert again[0]["score"] == {"shown": "7/20", "changed": True}
    assert "4 changes of teams' scores" in bounty("board", "b").out
    assert bounty("close", "b").status == 0
    assert bounty("verify", "b").status == 0
    assert bounty("plan", "--rows", "9000", "--confirmation-rows", "9000", "--ladder-step", "0.3").status == 2
