"""What a hunter reads of a bounty."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from bounty_games import (
    opened,
)
from onnx import TensorProto as T
from onnx_graphs import model as graph
from onnx_graphs import node, onnx_model

from bounty.claims.claim import Claim, ClaimKind
from bounty.cli.running import runner_of
from bounty.game.bounty import Bounty
from bounty.game.published import Published
from fairkit.errors import BountyError, ClaimError


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
