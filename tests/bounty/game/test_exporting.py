"""What a bounty leaves behind: a policy that later releases are checked by, and the repaired model."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest
from bounty_games import CONFIRMED, HARMED, LEFT_NO, LOW_YES, SERVED, opened, played

from bounty.game.bounty import Bounty
from bounty.game.closing import close
from bounty.game.exporting import model_of, policy_of
from fairkit.errors import UsageError


def test_an_open_bounty_gives_limits_of_public_rows(tmp_path):
    """Limits of part B would tell about rows that are still judged on, so they wait for the close."""
    bounty = played(tmp_path / "b", HARMED, SERVED)
    before = policy_of(bounty)
    close(bounty)
    after = policy_of(Bounty(tmp_path / "b"))
    assert "public rows" in before.text
    assert "confirmation rows" in after.text
    assert before.text != after.text
    assert list(before.groups.values()) == list(after.groups.values()) == [HARMED.group]


@pytest.mark.parametrize("kind", CONFIRMED)
def test_every_kind_of_bounty_has_a_policy(kind, tmp_path):
    """The text is TOML that names the confirmed groups, or says why a claim is left out."""
    bounty = Bounty(opened(tmp_path / "b", kind))
    for claim in CONFIRMED[kind]:
        bounty.submit(claim, team="owls")
    close(bounty)
    made = policy_of(bounty, data={"label": "truth", "decision": None})
    content = tomllib.loads(made.text)
    assert len(content.get("check", [])) + len(made.left_out) >= 1
    assert "decision" not in content.get("data", {})


def test_the_model_answers_as_the_bounty_does(tmp_path):
    """The Python file gives, for every public row, the answer of the last version."""
    bounty = played(tmp_path / "b", LEFT_NO, LOW_YES)
    space: dict[str, object] = {}
    exec(model_of(bounty, ".py"), space)  # noqa: S102  it is our own file
    part = bounty.referee.public
    columns = {name: column.values() for name, column in part.split.columns.by_name.items()}
    host = np.array(["no", "yes"])[part.split.host.codes]
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    expected = np.array(["no", "yes"])[part.versions.answers(part.versions.current).codes]
    answer = space.get("predict") or space["answer"]
    assert [answer(row, said) for row, said in zip(rows, host, strict=True)] == expected.tolist()


def test_the_model_is_one_file_of_two_kinds(tmp_path):
    """ONNX and Python there are; another suffix is a mistake of the call."""
    bounty = played(tmp_path / "b", LEFT_NO)
    assert model_of(bounty, ".onnx")
    for suffix in ("", ".pkl"):
        with pytest.raises(UsageError, match=r"neither \.py nor \.onnx"):
            model_of(bounty, suffix)
