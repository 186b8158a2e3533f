"""A policy of confirmed claims: every bias that a bounty found becomes a test of each later release.

The text is a ``fairness.toml`` (schema 1): one named group for each predicate that was confirmed, and one
check for each claim, with the limit of `bounty.scoring.policy_limits`. Checks fail only on proof
(``prove-harm``), so no release is stopped by chance. Columns mean what they meant in the bounty; where the
bounty coarsened one, the file says how. What the format cannot hold is named in the file and in
`Policy.left_out`.

Limits are rates on the rows that the evidence is from. Taken on held-out rows they are a score of those rows,
so export from them only after the close.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from bounty.claims.claim import OVERALL, REST, Claim, ClaimKind
from bounty.scoring.policy_limits import Found, Limit, Origin, limit_of, metric_of, rates, tolerance_of
from fairkit import predicates
from fairkit.errors import BountyError, PredicateError
from fairkit.report.phrases import visible

__all__ = ["Found", "LeftOut", "Origin", "Policy", "to_policy"]

_LONGEST = 160
_PARTS = {"public": "public", "checker": "held-out", "confirmation": "confirmation"}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A claim, or its check, that is not in the policy.

    Examples
    --------
    >>> LeftOut("00ff", 7, "its group is an ONNX model").why
    'its group is an ONNX model'
    """

    claim: str
    sequence: int
    why: str


@dataclass(frozen=True, slots=True)
class Policy:
    r"""A policy file.

    Attributes
    ----------
    text : str
        TOML, ends with a newline.
    groups : mapping of str to str
        The predicate of each named group.
    left_out : tuple of LeftOut

    Examples
    --------
    >>> str(Policy("schema = 1\n", {}, ()))
    'schema = 1\n'
    """

    text: str
    groups: Mapping[str, str]
    left_out: tuple[LeftOut, ...]

    def __str__(self) -> str:
        return self.text


def to_policy(found: Iterable[Found], origin: Origin) -> Policy:
    r"""Write confirmed claims as a policy.

    Parameters
    ----------
    found : iterable of Found
        In any order; a claim that stands there twice is written once.
    origin : Origin

    Returns
    -------
    Policy

    Raises
    ------
    BountyError
        The tolerance is no number from 0 up, or evidence is of another kind than its claim; all at once.

    Examples
    --------
    >>> from bounty.rows.evidence import DisparityEvidence, RateSums
    >>> claim = Claim(ClaimKind.DISPARITY, "error", "age < 25", margin="0.05", about={"title": "The young"})
    >>> young, everybody = RateSums(10, 5, 10, 5, 5, 10), RateSums(100, 9, 100, 9, 9, 100)
    >>> evidence = DisparityEvidence(100, young, everybody, young)
    >>> policy = to_policy([Found(claim, evidence, 7)], Origin("Lending", "00ff", "ab12"))
    >>> print("\n".join(policy.text.splitlines()[-17:]))
    # claim 0ce3999fbfc2, number 7: The young
    [groups.the_young_32e84460]
    predicate = "age < 25"
    reference = "rest"
    min_n = 30
    <BLANKLINE>
    # claim 0ce3999fbfc2, number 7: error_rate was 0.5 in the group and 0.09 in all rows
    # the limit is the margin of the claim
    [[check]]
    id = "bounty-0ce3999fbfc2"
    metric = "error_rate"
    groups = ["the_young_32e84460"]
    compare = "difference"
    max = 0.05
    direction = "above"
    rule = "prove-harm"
    severity = "error"
    """
    first: dict[str, Found] = {}
    for each in sorted(found, key=lambda each: each.sequence):
        first.setdefault(each.claim.hash, each)
    problems = [
        f"claim {each.claim.hash[:12]} is a {each.claim.kind} and its evidence is of a {each.evidence.kind}."
        for each in first.values()
        if each.claim.kind != each.evidence.kind
    ]
    try:
        tolerance_of(origin)
    except BountyError as error:
        problems += error.problems
    if problems:
        raise BountyError(*problems)
    names: dict[str, str] = {}
    groups: list[str] = []
    checks: list[str] = []
    left: list[LeftOut] = []
    for each in first.values():
        predicate = _predicate(each.claim)
        if isinstance(predicate, str):
            left.append(LeftOut(each.claim.hash, each.sequence, predicate))
            continue
        text = predicate.canonical
        if text not in names:
            names[text] = _name(each.claim, predicate.hash, set(names.values()))
            groups.append(_group(each, names[text], predicate, origin))
        limit = limit_of(each, origin)
        if isinstance(limit, str):
            left.append(LeftOut(each.claim.hash, each.sequence, limit))
        else:
            checks.append(_check(each, names[text], limit, origin))
    text = "\n\n".join([_head(origin, left), *groups, *checks]) + "\n"
    return Policy(text, {name: predicate for predicate, name in names.items()}, tuple(left))


def _predicate(claim: Claim) -> predicates.Predicate | str:
    if not isinstance(claim.group, str):
        return "its group is an ONNX model; a policy holds predicates only"
    try:
        predicate = predicates.parse(claim.group)
        predicate.canonical.encode()
    except (PredicateError, UnicodeEncodeError):
        return "its group is no predicate that a file can hold"
    return predicate


def _head(origin: Origin, left: Iterable[LeftOut]) -> str:
    lines = [
        f"# Confirmed claims of the bounty '{_told(origin.title)}', as a policy for `fairkit check`.",
        f"# Manifest {_told(origin.manifest)}",
        f"# Ledger head {_told(origin.head)}",
        f"# Numbers are from the bounty's {_PARTS[origin.part]} rows.",
    ]
    lines += [
        f"# Column '{_told(column)}' was coarsened: {_told(how)}. Predicates mean the coarsened values."
        for column, how in origin.coarsened.items()
    ]
    lines += [
        f"# Left out: claim {each.claim[:12]}, number {each.sequence}: {_told(each.why)}." for each in left
    ]
    lines += ["schema = 1", f"name = {_quoted(f'bounty: {_told(origin.title)}')}", 'on_inconclusive = "fail"']
    if origin.data:
        lines += ["", "[data]", *(f"{_key(role)} = {_quoted(name)}" for role, name in origin.data.items())]
    lines += ["", "[evidence]", "confidence = 0.95", 'method = "auto"', 'correction = "holm"']
    return "\n".join(lines)


def _group(found: Found, name: str, predicate: predicates.Predicate, origin: Origin) -> str:
    coarse = [f"{column}: {how}" for column, how in origin.coarsened.items() if column in predicate.columns]
    lines = [
        f"# {_who(found)}: {_told(found.claim.about.get('title', '') or predicate.canonical)}",
        f"[groups.{name}]",
        f"predicate = {_quoted(predicate.canonical)}",
        'reference = "rest"',
        f"min_n = {origin.minimum_rows}",
    ]
    if coarse:
        lines.append(f"note = {_quoted('coarsened columns: ' + _told('; '.join(coarse)))}")
    return "\n".join(lines)


def _check(found: Found, name: str, limit: Limit, origin: Origin) -> str:
    metric, claim = metric_of(found.claim, origin) or "", found.claim
    group, other = (_rounded(rate) for rate in rates(found, origin))
    if claim.kind is ClaimKind.REPAIR:
        was = f"{_told(metric)} was {group} in the group and {other} after the repair"
    else:
        where = {OVERALL: "all rows", REST: "all other rows"}.get(claim.compare, "the reference")
        was = f"{_told(metric)} was {group} in the group and {other} in {where}"
    return "\n".join(
        [
            f"# {_who(found)}: {was}",
            f"# the limit is {limit.why}",
            "[[check]]",
            f"id = {_quoted(f'bounty-{claim.hash[:12]}')}",
            f"metric = {_quoted(metric)}",
            f"groups = [{_quoted(name)}]",
            f"compare = {_quoted(limit.compare)}",
            f"max = {limit.most}",
            # A claim is that the group loses more than others, so only more counts.
            *(['direction = "above"'] if limit.compare == "difference" else []),
            'rule = "prove-harm"',
            'severity = "error"',
        ]
    )


def _who(found: Found) -> str:
    return f"claim {found.claim.hash[:12]}, number {found.sequence}"


def _name(claim: Claim, predicate_hash: str, taken: set[str]) -> str:
    """Name a group after the claim's title and the predicate, so that the name stays and is no column's."""
    plain = unicodedata.normalize("NFKD", claim.about.get("title", "")).encode("ascii", "ignore").decode()
    words = re.sub("[^a-z0-9]+", "_", plain.lower()).strip("_")[:40].strip("_") or "group"
    stem = words if words[0].isalpha() else f"group_{words}"
    names = (f"{stem}_{predicate_hash[:digits]}" for digits in (8, 16, 64))
    return next(name for name in names if name not in taken)


def _rounded(rate: Fraction | None) -> str:
    return "undefined" if rate is None else f"{float(rate):.4g}"


def _told(text: str) -> str:
    """Write foreign words on one line of a comment, harmless and not too long."""
    line = visible(" ".join(text.split()))
    line = "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in line)
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _quoted(text: str) -> str:
    """Quote a text; JSON's escapes are TOML's, which needs one more and has no halves of characters."""
    whole = text.encode("utf-8", "replace").decode()
    return json.dumps(whole, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(text: str) -> str:
    return text if re.fullmatch("[A-Za-z0-9_-]+", text) else _quoted(text)
