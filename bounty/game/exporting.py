"""What a bounty leaves behind: a policy of what was found, and the repaired model as one file."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from bounty.claims.claim import ClaimKind
from bounty.decision_list.export.onnx_file import to_onnx
from bounty.decision_list.export.python_file import to_python
from bounty.game.bounty import Bounty
from bounty.game.referee import Outcome
from bounty.holdout.public_schema import read_schema
from bounty.scoring.policy_export import Found, Origin, Policy, to_policy
from fairkit.errors import UsageError


def policy_of(bounty: Bounty, *, data: Mapping[str, str | None] | None = None) -> Policy:
    """Write the confirmed claims of a bounty as a policy.

    Limits are taken from public rows while the bounty is open, and from part B once it is closed: before,
    they would tell about rows that claims are still judged on.

    Parameters
    ----------
    bounty : Bounty
    data : mapping of str to str or None, optional
        Which column of later data is the ``label`` and the ``decision``.
    """
    closed = bounty.closed is not None
    part = bounty.referee.sealed if closed else bounty.referee.public
    found = []
    for judged in bounty.judged:
        ruling = judged.ruling
        evidence = ruling.confirmation if closed else ruling.public
        if ruling.outcome is not Outcome.CONFIRMED or evidence is None:
            continue
        units = None
        if ruling.claim.kind is ClaimKind.REPAIR:
            units = bounty.conditions.main.units(part.split.truth).total(part.group(ruling.claim))
        found.append(Found(ruling.claim, evidence, judged.submission.seq, units))
    schema = read_schema(bounty.folder.public)
    space = bounty.manifest.space
    return to_policy(
        found,
        Origin(
            bounty.manifest.title,
            bounty.manifest.hash,
            bounty.ledger.head,
            part=part.split.part,
            data={name: column for name, column in (data or {}).items() if column is not None},
            coarsened={name: how.text for name, how in schema.coarsenings.items()},
            minimum_rows=bounty.manifest.minimum_rows,
            metrics={} if (space.low, space.high) == (0.0, 1.0) else {"squared": "mean_squared_error"},
            width=1
            if (space.low, space.high) == (0.0, 1.0)
            else Fraction(repr(space.high)) - Fraction(repr(space.low)),
        ),
    )


def model_of(bounty: Bounty, suffix: str) -> bytes:
    """Write the repaired model as one file.

    Parameters
    ----------
    bounty : Bounty
    suffix : {".py", ".onnx"}

    Raises
    ------
    UsageError
        Another suffix.
    BountyError
        The list has models that such a file cannot hold.
    """
    kinds = bounty.referee.public.split.columns.kinds
    if suffix == ".py":
        return to_python(bounty.referee.list, kinds).encode()
    if suffix == ".onnx":
        return to_onnx(bounty.referee.list, kinds)
    raise UsageError(f"--model: '{suffix}' is neither .py nor .onnx.")
