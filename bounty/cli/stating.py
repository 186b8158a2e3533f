"""How claims and rulings are said in the terminal."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bounty.claims.claim import Claim
    from bounty.game.bounty import Judged
    from bounty.game.examining import Examination
    from bounty.game.prospects import Prospect


def claim_words(claim: Claim) -> str:
    """Say what a claim claims, in one line."""
    group = claim.group if isinstance(claim.group, str) else f"ONNX model {claim.group.sha256[:8]}"
    if claim.model is None:
        against = {"overall": "all rows", "rest": "all other rows"}.get(claim.compare, claim.compare)
        by = "" if claim.margin == "0" else f" by more than {claim.margin}"
        return f"{claim.loss} is higher where {group} than over {against}{by}"
    return f"where {group}, {model_words(claim)} loses less ({claim.loss}) than the model as it is"


def model_words(claim: Claim) -> str:
    """Say what answers instead."""
    from bounty.claims.claim import Alternative, Constant, OnnxModel, Rules

    match claim.model:
        case Constant(predict):
            return f"always answering '{predict}'"
        case Rules(cases, _):
            return f"a list of {len(cases)} rule{'s' * (len(cases) != 1)}"
        case Alternative(name):
            return f"the model '{name}'"
        case OnnxModel(sha256):
            return f"ONNX model {sha256[:8]}"
        case _:
            return "nothing"


def examination_text(found: Examination) -> str:
    """Say what public rows show of a claim."""
    evidence, loss = found.evidence, found.claim.loss
    lines = [f"On {evidence.rows:,} public rows, {found.group.size:,} of them in the group:"]
    if evidence.kind == "disparity":
        lines.append(
            f"  {loss} is {_rate(found.group_rate)} in the group, {_rate(found.other_rate)} in the reference"
        )
    else:
        lines.append(
            f"  the model as it is loses {_rate(found.group_rate)} a row of the group, the proposed one "
            f"{_rate(found.other_rate)} ({loss})"
        )
    if found.mass is None:
        lines.append(f"  there is no mass: {found.undefined}")
    else:
        lines.append(f"  mass {float(found.mass):+.4f}: excess loss as a share of all rows")
    return "\n".join(lines)


def prospect_text(found: Prospect) -> str:
    """Say what a held-out part like the public rows would certify, and how much is missing."""
    part = {"checker": "Part A", "confirmation": "Part B"}[found.part]
    certain = 0.0 if found.certified is None else float(found.certified)
    verdict = "enough" if found.accepted else f"{float(found.least) - certain:.4f} too little"
    return (
        f"{part}, {found.rows:,} rows like these: {certain:+.4f} would be certain, "
        f"{float(found.least):.4f} is asked: {verdict}"
    )


def judged_text(judged: Judged) -> str:
    """Say how a claim ended, and nothing of the rows."""
    ruling = judged.ruling
    words = {
        "duplicate": f"repeats claim {str(ruling.repeats)[:8]}; nothing was asked and nothing is used up",
        "rejected": "not accepted: the held-out rows do not certify it",
        "unconfirmed": "accepted, and not confirmed on the second part",
        "confirmed": "accepted and confirmed",
    }
    lines = [f"{ruling.claim.hash[:8]}  {ruling.outcome.value}: {words[ruling.outcome.value]}"]
    if ruling.score is not None and ruling.score.shown is not None:
        shown = f"{float(ruling.score.shown):g}"
        said = "is now" if ruling.score.changed else "stays"
        lines.append(
            f"          the score of {judged.team} {said} {shown}: what the model loses with their best "
            "repair, as a share of what it could lose"
        )
    confirmed = [pointer for pointer in ruling.pointers if pointer.confirmed]
    if confirmed:
        count = len(confirmed)
        lines.append(
            f"          {count} earlier group{'s' * (count != 1)} got back an earlier version, "
            "so that none is worse off than it was"
        )
    return "\n".join(lines)


def judged_dict(judged: Judged) -> dict[str, Any]:
    """Give how a claim ended, for ``--json``."""
    ruling = judged.ruling
    return {
        "claim": ruling.claim.hash,
        "team": judged.team,
        "outcome": ruling.outcome.value,
        "repeats": ruling.repeats,
        "score": None
        if ruling.score is None or ruling.score.shown is None
        else {"shown": str(ruling.score.shown), "changed": ruling.score.changed},
        "submission": judged.submission.seq,
        "decision": judged.decided.seq,
        "pointers": sum(pointer.confirmed for pointer in ruling.pointers),
    }


def _rate(rate: Fraction | None) -> str:
    return "nothing that counts" if rate is None else f"{float(rate):.4f}"
