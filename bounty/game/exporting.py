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

    Examples
    --------
    >>> import tempfile
    >>> from bounty import Bounty, Claim, ClaimKind, Constant, Terms, create, policy_of
    >>> rows = {"age": [20, 30, 40, 50] * 1500, "paid": [1, 1, 1, 0] * 1500, "lent": [0, 1, 1, 0] * 1500}
    >>> terms = Terms.of(epsilon="0.6", least="0.05", submissions=9, acceptances=2)
    >>> with tempfile.TemporaryDirectory() as place:
    ...     made = create(rows, f"{place}/b", terms=terms, title="Loans", label="paid", prediction="lent")
    ...     bounty = Bounty(f"{place}/b")
    ...     claim = Claim(ClaimKind.REPAIR, "error", "age < 25", model=Constant("1"))
    ...     judged = bounty.submit(claim, team="owls")
    ...     policy = policy_of(bounty, data={"label": "paid", "decision": "lent"})
    >>> list(policy.groups.values())
    ['age < 25']
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

    Examples
    --------
    >>> import tempfile
    >>> from bounty import Bounty, Claim, ClaimKind, Constant, Terms, create, model_of
    >>> rows = {"age": [20, 30, 40, 50] * 1500, "paid": [1, 1, 1, 0] * 1500, "lent": [0, 1, 1, 0] * 1500}
    >>> terms = Terms.of(epsilon="0.6", least="0.05", submissions=9, acceptances=2)
    >>> with tempfile.TemporaryDirectory() as place:
    ...     made = create(rows, f"{place}/b", terms=terms, title="Loans", label="paid", prediction="lent")
    ...     bounty = Bounty(f"{place}/b")
    ...     claim = Claim(ClaimKind.REPAIR, "error", "age < 25", model=Constant("1"))
    ...     judged = bounty.submit(claim, team="owls")
    ...     file = model_of(bounty, ".py")
    >>> names = {"__name__": "repaired"}
    >>> exec(file, names)
    >>> names["predict"]({"age": 20}, "0"), names["predict"]({"age": 30}, "0")
    ('1', '0')
    """
    kinds = bounty.referee.public.split.columns.kinds
    if suffix == ".py":
        return to_python(bounty.referee.list, kinds).encode()
    if suffix == ".onnx":
        return to_onnx(bounty.referee.list, kinds)
    raise UsageError(f"--model: '{suffix}' is neither .py nor .onnx.")
