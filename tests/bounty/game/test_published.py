"""What a hunter reads of a bounty."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest
from bounty_games import (
    HARMED,
    HARMED_LOW,
    LEFT_NO,
    LOW_YES,
    SERVED,
    STREAM,
    TERMS,
    WORSE,
    opened,
    played,
    rewrite,
)
from onnx import TensorProto as T
from onnx_graphs import model as graph
from onnx_graphs import node, onnx_model

from bounty.claims.claim import Claim, ClaimKind
from bounty.cli.running import runner_of
from bounty.game.bounty import Bounty
from bounty.game.closing import close
from bounty.game.examining import examine
from bounty.game.published import Published
from fairkit.errors import BountyError, ClaimError, LedgerError


def test_an_onnx_group_runs_only_if_it_is_trusted(tmp_path):
    """A foreign file is refused without a runner, judged with one, published once confirmed, and replayed."""
    never = [node("Less", "age limit", "y")]
    model = onnx_model(graph(never, inputs={"age": (T.FLOAT, [None, 1])}, constants={"limit": np.float32(0)}))
    content = model.content
    claim = Claim(ClaimKind.REPAIR, "error", "side == 'left'", model=model)
    place = opened(tmp_path / "b")
    with pytest.raises(ClaimError, match="accepts no ONNX"):
        Bounty(place).submit(claim, team="owls")
    with pytest.raises(ClaimError, match=f"--trust {model.sha256}"):
        Bounty(place, runner=runner_of([])).submit(claim, team="owls")
    trusting = runner_of([model.sha256])
    assert Bounty(place, runner=trusting).submit(claim, team="owls").ruling.outcome == "confirmed"
    assert (place / "public" / "models" / f"{model.sha256}.onnx").read_bytes() == content
    with pytest.raises(ClaimError, match="--trust"):
        Bounty(place, runner=runner_of([]))
    copy = tmp_path / "copy"
    shutil.copytree(place, copy, ignore=shutil.ignore_patterns("private"))
    assert Published.read(copy, runner=trusting).list.nodes[0].model == model
    (copy / "public" / "models" / f"{model.sha256}.onnx").write_bytes(content + b"x")
    with pytest.raises(BountyError, match="its hash is not its name"):
        Published.read(copy, runner=trusting)


# --- the repaired model and what the ledger says of a claim ---


def hunters_copy(bounty, place):
    """Copy what a host publishes of a bounty."""
    return shutil.copytree(bounty.folder.root, place, ignore=shutil.ignore_patterns("private"))


def test_a_hunter_has_the_model_as_it_is(tmp_path):
    """From the ledger and the public rows alone every version comes out as the host has it."""
    bounty = played(tmp_path / "b", *STREAM)
    found = Published.read(hunters_copy(bounty, tmp_path / "copy"))
    assert found.list == bounty.referee.list
    versions = bounty.referee.public.versions
    assert found.part.versions.count == versions.count == 4
    for version in range(4):
        assert (found.part.versions.answers(version).codes == versions.answers(version).codes).all()
    assert found.held_rows == (4_800, 2_400)
    assert found.place.spent == bounty.referee.checker.spent
    assert found.accepted == (LEFT_NO, HARMED, LOW_YES, HARMED_LOW)


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        (HARMED, "very same claim was accepted"),
        (SERVED, "very same claim was rejected"),
        (replace(HARMED, group="side != 'right'"), "repeats claim"),
        (replace(LEFT_NO, group="side != 'right'"), "repeats claim"),
    ],
)
def test_what_the_ledger_has_against_a_claim_is_said(claim, words, tmp_path):
    """A hunter learns that a claim would be a duplicate before it is sent."""
    found = Published.read(hunters_copy(played(tmp_path / "b", *STREAM), tmp_path / "copy"))
    (said,) = found.obstacles(examine(claim, found.part))
    assert words in said
    assert Bounty(tmp_path / "b").submit(claim, team="cats").ruling.outcome == "duplicate"


def test_a_repair_may_be_tried_again_on_a_new_version(tmp_path):
    """A repair that was rejected for an earlier version has nothing against it any more."""
    bounty = played(tmp_path / "b", WORSE)
    seen = bounty.examine(WORSE)
    assert "rejected" in Published.read(tmp_path / "b").obstacles(seen)[0]
    bounty.submit(LEFT_NO, team="owls")
    found = Published.read(tmp_path / "b")
    assert found.obstacles(examine(WORSE, found.part)) == ()


def test_a_bounty_that_ended_says_so(tmp_path):
    """A closed bounty and one that is used up judge nothing more."""
    bounty = played(tmp_path / "b", HARMED, terms=replace(TERMS, submissions=1, acceptances=1))
    seen = bounty.examine(SERVED)
    assert any("used up" in said for said in Published.read(tmp_path / "b").obstacles(seen))
    close(bounty)
    assert any("closed" in said for said in Published.read(tmp_path / "b").obstacles(seen))


def test_a_claim_that_is_not_the_submitted_one_is_refused(tmp_path):
    """A ledger that shows another content than was submitted is no ledger to build a model of."""
    bounty = played(tmp_path / "b", LEFT_NO)
    for content in ({**LEFT_NO.to_dict(), "group": "half == 'low'"}, {}, {"kind": "x"}):
        entries = bounty.ledger.entries()
        rewrite(tmp_path / "b" / "ledger.jsonl", entries, {4: {**entries[3].body, "content": content}})
        with pytest.raises(LedgerError, match="row 4"):
            Published.read(tmp_path / "b")


@pytest.mark.parametrize("change", [{"version": 9}, {"version": "1"}, {"group": "00" * 32}, {"group": None}])
def test_a_pointer_to_nowhere_is_refused(change, tmp_path):
    """A row that points to a group or a version that is not there is named."""
    entries = played(tmp_path / "b", LEFT_NO, LOW_YES).ledger.entries()
    row = next(entry for entry in entries if entry.body.get("accepted"))
    rewrite(tmp_path / "b" / "ledger.jsonl", entries, {row.seq: {**row.body, **change}})
    with pytest.raises(LedgerError, match=f"row {row.seq}: it points"):
        Published.read(tmp_path / "b")


def test_without_a_folder_there_is_nothing_to_read(tmp_path):
    """A path that is none, and one without a ledger, are named."""
    with pytest.raises(BountyError, match="there is no folder"):
        Published.read(tmp_path / "nowhere")
    with pytest.raises(LedgerError, match="cannot be read"):
        Published.read(tmp_path)
