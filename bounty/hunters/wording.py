"""A claim in plain words, for the people who review it: title, who may be harmed, how, on what evidence."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType

from bounty.claims.claim import Alternative, Claim, ClaimKind, Constant
from bounty.rows.evidence import DisparityEvidence, Evidence
from bounty.rows.losses import Loss, LossName
from fairkit import predicates
from fairkit.predicates import And, Comparison, Membership, Missing, Node, Or

RATE: Mapping[str, str] = MappingProxyType(
    {
        LossName.ERROR: "error rate",
        LossName.FALSE_POSITIVE: "false positive rate",
        LossName.FALSE_NEGATIVE: "false negative rate",
        LossName.SQUARED: "mean squared error",
        LossName.LOG: "mean log loss",
        LossName.RATIO: "cost per unit",
    }
)
"""What the rate of each loss is called."""

_HARM: Mapping[str, str] = MappingProxyType(
    {
        LossName.ERROR: "The model is wrong about them more often.",
        LossName.FALSE_POSITIVE: "Where no is true, the model says yes to them more often.",
        LossName.FALSE_NEGATIVE: "Where yes is true, the model says no to them more often.",
        LossName.SQUARED: "Their scores are further from what is true.",
        LossName.LOG: "Their scores give less weight to what is true.",
        LossName.RATIO: "The model costs them more per unit, such as errors per word spoken.",
    }
)

_LONGEST = 200
_COMPARED: Mapping[str, str] = MappingProxyType(
    {"==": "is", "!=": "is not", "<": "is below", "<=": "is at most", ">": "is above", ">=": "is at least"}
)
_SMALLEST_SHOWN = 1e-9


def in_words(predicate: str) -> str:
    """Say a predicate in words; a long one is kept as it is written.

    Examples
    --------
    >>> in_words("18 <= age < 25 and (race in ('Asian', 'Other') or employed == False)")
    'age is below 25 and age is at least 18 and (employed is False or race is Asian or Other)'
    """
    said = _said(predicates.parse(predicate).node)
    return said if len(said) <= _LONGEST else predicate


def about(claim: Claim, loss: Loss, evidence: Evidence, *, chance: float, checked: int) -> Mapping[str, str]:
    """Write the words around a claim.

    Parameters
    ----------
    claim : Claim
        Its group is a predicate.
    loss : Loss
    evidence : DisparityEvidence or RepairEvidence
        On held-back rows.
    chance : float
        Corrected probability that chance alone shows as much there.
    checked : int
        Claims that were tried on the same rows.

    Returns
    -------
    mapping of str to str
        ``title``, ``harmed``, ``harm`` and ``evidence``.
    """
    group = in_words(str(claim.group))
    rate = RATE[loss.name]
    if claim.kind is ClaimKind.DISPARITY:
        title = f"Higher {rate} where {_short(group)}"
        harm = _HARM[loss.name]
    else:
        title = f"Lower {rate} where {_short(group)}, {_proposal(claim)}"
        harm = f"The model loses more on them than it needs to; it can do better {_proposal(claim)}."
    told = f"{_told(loss, evidence)} {_by_chance(chance, checked)}"
    return MappingProxyType(
        {"title": title, "harmed": f"Rows where {group}.", "harm": harm, "evidence": told}
    )


def rate_in_words(loss: Loss, rate: Fraction) -> str:
    """Write a rate of a loss in the unit that people know it in.

    Examples
    --------
    >>> from bounty.rows.answers import Form
    >>> rate_in_words(Loss.named("error", Form.DECISION), Fraction(1, 8))
    '12.5 %'
    >>> rate_in_words(Loss.named("squared", Form.SCORE), Fraction(40_000))
    '0.0400'
    """
    if loss.is_binary:
        return f"{float(100 * rate):.1f} %"
    if loss.name is LossName.RATIO:
        return f"{float(rate):.4g}"
    scale = math.log(1000) if loss.name is LossName.LOG else 1.0
    return f"{float(rate) / loss.largest * scale:.4f}"


def _told(loss: Loss, evidence: Evidence) -> str:
    start = f"On {evidence.rows:,} rows held back from the search, "
    if isinstance(evidence, DisparityEvidence):
        inside, outside = (
            rate_in_words(loss, Fraction(sums.lost, sums.units)) if sums.units else "undefined"
            for sums in (evidence.group, evidence.reference)
        )
        compared = "all rows" if evidence.reference.rows == evidence.rows else "the others"
        counts = f" ({evidence.group.lost:,} of {evidence.group.units:,})" if loss.is_binary else ""
        return f"{start}the {RATE[loss.name]} is {inside} in the group{counts} and {outside} in {compared}."
    if loss.is_binary:
        return (
            f"{start}{evidence.group:,} are in the group; the model errs on {evidence.lost_before:,} of them "
            f"and the repair on {evidence.lost_after:,} ({evidence.better:,} mended, {evidence.worse:,} "
            "spoilt)."
        )
    before, after = (
        rate_in_words(loss, Fraction(lost, evidence.group)) if evidence.group else "undefined"
        for lost in (evidence.lost_before, evidence.lost_after)
    )
    named = "mean cost" if loss.name is LossName.RATIO else RATE[loss.name]
    return f"{start}{evidence.group:,} are in the group; the {named} there is {before}, repaired {after}."


def _by_chance(chance: float, checked: int) -> str:
    shown = f"{chance:.2g}" if chance >= _SMALLEST_SHOWN else f"less than {_SMALLEST_SHOWN:g}"
    tried = "one claim was" if checked == 1 else f"{checked} claims were"
    return f"Chance alone would show as much with probability {shown} ({tried} tried on these rows)."


def _proposal(claim: Claim) -> str:
    if isinstance(claim.model, Constant):
        return f"answering {claim.model.predict}"
    if isinstance(claim.model, Alternative):
        return f"using {claim.model.name}"
    return "answering by rules"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST // 2 else f"{text[: _LONGEST // 2 - 1].rstrip()}…"


def _said(node: Node, *, inner: bool = False) -> str:
    match node:
        case And(children):
            return " and ".join(_said(child, inner=True) for child in children)
        case Or(children):
            said = " or ".join(_said(child) for child in children)
            return f"({said})" if inner else said
        case Comparison(column, op, value):
            return f"{column} {_COMPARED[op]} {value}"
        case Membership(column, values, negated):
            listed = [str(value) for value in values]
            return f"{column} is {'neither ' if negated else ''}" + (" nor " if negated else " or ").join(
                listed
            )
        case Missing(column, negated):
            return f"{column} is {'known' if negated else 'missing'}"
