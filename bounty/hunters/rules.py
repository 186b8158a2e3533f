"""Leaves of a tree, each with an answer, as a claim: the group is their union, the model what they answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from bounty.claims.claim import Alternative, Claim, ClaimKind, Constant, RepairModel, Rules
from bounty.hunters.cost_trees import Leaf
from bounty.hunters.found import Candidate, Hunter
from bounty.hunters.regions import within_limits
from bounty.rows.columns import Columns
from bounty.rows.losses import Loss

Model: TypeAlias = Constant | Alternative
"""What a leaf may answer with: one answer, or another of the host's models."""


def repair_of(
    leaves: Sequence[Leaf],
    models: Sequence[Model],
    columns: Columns,
    *,
    loss: Loss,
    hunter: Hunter,
    model: RepairModel | None = None,
) -> Candidate | None:
    """Write leaves of a tree as one repair claim.

    Parameters
    ----------
    leaves : sequence of Leaf
        Their union is the group. Those that save least are left out until its predicate is within the limits
        of the language; the notes say how many.
    models : sequence of Constant or Alternative
        What the actions of leaves stand for.
    columns : Columns
    loss : Loss
    hunter : Hunter
    model : Constant, Alternative or Rules, optional
        Default what the leaves answer.

    Returns
    -------
    Candidate or None
        None where nothing fits a claim.

    Examples
    --------
    >>> import numpy as np
    >>> from bounty.rows.answers import Form
    >>> from bounty.hunters.regions import Region
    >>> columns, loss = Columns.of({"sex": ["F", "M"]}), Loss.named("error", Form.DECISION)
    >>> answers = [Constant("no"), Constant("yes")]
    >>> women = Leaf(Region({"sex": np.array([True, False, False])}), 1, saved=5)
    >>> found = repair_of([women], answers, columns, loss=loss, hunter=Hunter.REDUCTION)
    >>> found.claim.group, found.claim.model
    ("sex == 'F'", Constant(predict='yes'))
    """
    group, left_out = within_limits(
        [leaf.region for leaf in leaves], [leaf.saved for leaf in leaves], columns
    )
    if group is None:
        return None
    notes = (f"{left_out} of {len(leaves)} parts did not fit a claim: left out.",) if left_out else ()
    if model is None:
        kept = sorted(leaves, key=lambda leaf: -leaf.saved)[: len(leaves) - left_out]
        model = rules_of(kept, models, columns)
        if model is None:
            return None
    claim = Claim(ClaimKind.REPAIR, loss.name.value, group.canonical, model=model)
    return Candidate(claim, hunter, notes)


def rules_of(leaves: Sequence[Leaf], models: Sequence[Model], columns: Columns) -> RepairModel | None:
    """Write what leaves answer as a model: a constant, or rules of which the most common answer is the rest.

    Returns
    -------
    Constant, Alternative, Rules or None
        None where the rules are too large for the language.
    """
    by_action: dict[int, list[Leaf]] = {}
    for leaf in leaves:
        by_action.setdefault(leaf.action, []).append(leaf)
    actions = sorted(by_action, key=lambda action: (-len(by_action[action]), action))
    rest = models[actions[0]]
    if len(actions) == 1 or not isinstance(rest, Constant):
        return rest
    cases = []
    for action in actions[1:]:
        same, model = by_action[action], models[action]
        when, left_out = within_limits([leaf.region for leaf in same], [1] * len(same), columns)
        if when is None or left_out or not isinstance(model, Constant):
            return None
        cases.append((when.canonical, model.predict))
    return Rules(tuple(cases), rest.predict)
