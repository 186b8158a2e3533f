"""The words that every view shares: reasons, verdicts and the sentence for one finding.

Numbers are written by :mod:`fairkit.report.numerals`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from types import MappingProxyType

from fairkit.estimates import Estimate
from fairkit.evidence import Compare
from fairkit.findings import TOO_FEW_ROWS, Finding, Verdict
from fairkit.headlines import Headline
from fairkit.metrics import Unit, Why
from fairkit.report.numerals import contrast_bounds, level_text, margin_text, size_text, unit_of
from fairkit.report.wording import ROWS, Wording

SYMBOLS = MappingProxyType({Verdict.DISPARITY: "◆", Verdict.PARITY: "●", Verdict.INCONCLUSIVE: "○"})
"""One sign per verdict, the same in tables and charts, so that colour is never needed."""

UNDEFINED = "–"
"""Sign of a number that is undefined."""

REASONS = MappingProxyType(
    {
        Why.NO_ROWS: "no rows",
        Why.NO_POSITIVES: "no positives",
        Why.NO_NEGATIVES: "no negatives",
        Why.NO_PREDICTED_POSITIVES: "no predicted positives",
        Why.NO_PREDICTED_NEGATIVES: "no predicted negatives",
        Why.TOO_FEW_CLUSTERS: "too few clusters for an interval",
        Why.NO_VARIATION: "no variation, so no interval",
        Why.FEW_ROWS: "fewer rows than an interval needs",
        Why.CONSTANT_LABEL: "the label does not vary",
        Why.NO_QUERIES: "no query lies wholly in this group",
        Why.NO_EXPOSURE: "no exposure",
        Why.NO_REFERENCE: "nothing was said",
        Why.NOT_MEASURED: "not measured of any text here",
        Why.NO_PROBABILITIES: "scores are no probabilities from 0 to 1",
        Why.LOST_PRECISION: "the sums cancel beyond the precision of doubles",
        Why.METRIC_FAILED: "the metric's function failed here",
        Why.REFERENCE_UNDEFINED: "the reference has no value",
        Why.REFERENCE_ZERO: "the reference's value is 0",
        Why.NO_RATIO: "values that may be negative have no ratio",
        Why.ATTRIBUTE_MISSING: "too many rows without the attribute",
        TOO_FEW_ROWS: "too few rows",
    }
)
"""Every reason in plain words."""

_OF_UTTERANCES = MappingProxyType(
    {
        Why.NO_ROWS: "no utterances",
        Why.FEW_ROWS: "fewer utterances than an interval needs",
        Why.ATTRIBUTE_MISSING: "too many utterances without the attribute",
        Why.TOO_FEW_CLUSTERS: "too few utterances for an interval",
        TOO_FEW_ROWS: "too few utterances",
    }
)
_OF_SPEAKERS = MappingProxyType(
    {
        **_OF_UTTERANCES,
        Why.TOO_FEW_CLUSTERS: "too few speakers for an interval",
        TOO_FEW_ROWS: "too few speakers",
    }
)

NO_GROUP = "not a group estimate: fewer than 3 speakers"
"""What is said of the error rate of one or two people."""

MEANINGS = MappingProxyType(
    {
        Verdict.DISPARITY: "the interval lies wholly beyond the margin",
        Verdict.PARITY: "the interval lies wholly inside the margin",
        Verdict.INCONCLUSIVE: "anything else: the data do not decide it",
    }
)
"""What each verdict says."""

# Control characters, line separators, halves of characters, what XML cannot hold, and marks that reorder or
# hide text: a name from the data must not steer a terminal or look like another name.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str) -> str:
    r"""Write characters that would steer or hide text as escapes; names come from data.

    Examples
    --------
    >>> print(visible("race=A\x1b[31m\u202e"))
    race=A\x1b[31m\u202e
    """
    return _UNSAFE.sub(_escape, text)


def short_name(group: str, attribute: str) -> str:
    """Write a group's levels alone, where its attribute stands above the table.

    Examples
    --------
    >>> short_name("race=Asian", "race"), short_name('sex=F & dept="R & D"', "sex & dept")
    ('Asian', 'F & "R & D"')
    >>> short_name("sex=F", "race")
    'sex=F'
    """
    names = attribute.split(" & ")
    found = _levels_of(tuple(names)).fullmatch(group)
    return visible(" & ".join(found.groups()) if found and all(found.groups()) else group)


def reason_text(reason: str, wording: Wording = ROWS) -> str:
    """Say a reason in plain words; one of a later fairkit, or one that is a sentence, is shown as it is.

    Parameters
    ----------
    reason : str
    wording : Wording
        What rows and clusters are called.

    Examples
    --------
    >>> reason_text("no-predicted-positives")
    'no predicted positives'
    >>> from fairkit.report.wording import SPEAKERS
    >>> reason_text("too-few-rows"), reason_text("too-few-rows", SPEAKERS)
    ('too few rows', 'too few speakers')
    """
    if wording.speech:
        own = _OF_SPEAKERS if wording.by_speaker else _OF_UTTERANCES
        if reason in own:
            return own[reason]
    return REASONS.get(reason, reason if " " in reason else reason.replace("-", " "))


def verdict_text(estimate: Estimate, finding: Finding | None, wording: Wording = ROWS) -> str:
    """Write the verdict on one number: sign and word, and the reason where the number is undefined.

    Parameters
    ----------
    estimate : Estimate
    finding : Finding or None
        None for the group that the others are compared with.
    wording : Wording
        What rows and clusters are called.

    Examples
    --------
    >>> import fairkit
    >>> rows = {"sex": ["F", "M"] * 9, "y": [0, 1] * 9, "d": [1, 1, 0] * 6}
    >>> report = fairkit.evaluate(rows, label="y", decision="d", by="sex", metrics=["true_positive_rate"])
    >>> verdict_text(report.estimates[0], report.findings[0])
    '– undefined: no positives'
    """
    if estimate.value is None and estimate.why is not None:
        return f"{UNDEFINED} undefined: {reason_text(estimate.why, wording)}"
    if finding is None:
        return "reference"
    if finding.value is None and finding.reason is not None:
        return f"{UNDEFINED} undefined: {reason_text(finding.reason, wording)}"
    if finding.low is None and finding.reason is not None:
        told = f"{SYMBOLS[finding.verdict]} {finding.verdict}"
        if wording.by_speaker and estimate.why == Why.TOO_FEW_CLUSTERS:
            return f"{told}, {NO_GROUP}"
        return f"{told}: {reason_text(finding.reason, wording)}"
    return f"{SYMBOLS[finding.verdict]} {finding.verdict}"


def sentence(finding: Finding, *, n: int, other_n: int | None = None, wording: Wording = ROWS) -> str:
    """Say one finding in a sentence.

    Parameters
    ----------
    finding : Finding
    n : int
        Rows in the metric's denominator in the group.
    other_n : int, optional
        The same in what it is compared with.
    wording : Wording
        What rows and clusters are called.

    Examples
    --------
    >>> import fairkit
    >>> rows = {"sex": ["F"] * 70 + ["M"] * 80, "hired": [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32}
    >>> finding = fairkit.evaluate(rows, decision="hired", by="sex", reference="sex=M").findings[0]
    >>> sentence(finding, n=70, other_n=80)
    'selection_rate of sex=F is 20.00 points higher than that of sex=M (95% interval ...: disparity'
    """
    unit = unit_of(finding.metric)
    of = f"{finding.metric} of {visible(finding.group)}"
    reason = "" if finding.reason is None else reason_text(finding.reason, wording)
    other = wording.others if finding.reference == "rest" else visible(finding.reference)
    if finding.value is None:
        return f"{of} cannot be compared with {other}: {reason}"
    numbers = f"n = {n:,}" if other_n is None else f"n = {n:,} against {other_n:,}"
    if finding.level is None:
        numbers += f"; no interval: {reason}"
    else:
        interval = contrast_bounds(finding.low, finding.high, finding.compare, unit=unit)
        numbers = f"{level_text(finding.level)} interval {interval}; {numbers}"
    text = f"{of} is {_size(finding.value, finding.compare, unit)} {other} ({numbers}; margin "
    text += f"{margin_text(finding.margin, finding.compare, unit)}): {finding.verdict}"
    needed = needed_text(finding, wording)
    return f"{text}, {needed}" if needed else text


def units_needed(finding: Finding, wording: Wording = ROWS) -> int | None:
    """Return how many rows of a group would decide a finding; of transcripts, speakers where they are known.

    Examples
    --------
    >>> import fairkit
    >>> rows = {"sex": ["F"] * 40 + ["M"] * 80, "d": [1, 0] * 60}
    >>> units_needed(fairkit.evaluate(rows, decision="d", by="sex").findings[0])
    560
    """
    return finding.clusters_needed if wording.by_speaker else finding.n_needed


def needed_text(finding: Finding, wording: Wording = ROWS) -> str:
    """Say how many rows, or speakers, would decide an inconclusive finding.

    Examples
    --------
    >>> import fairkit
    >>> rows = {"sex": ["F"] * 40 + ["M"] * 80, "d": [1, 0] * 60}
    >>> needed_text(fairkit.evaluate(rows, decision="d", by="sex").findings[0])
    'needs about 560 rows of this group'
    """
    needed = units_needed(finding, wording)
    if needed is None:
        return ""
    text = f"needs about {needed:,} {wording.units} of this group"
    if wording.by_speaker or finding.clusters_needed is None:
        return text
    return f"{text} from {finding.clusters_needed:,} {wording.clusters}"


def at_least_text(headline: Headline) -> str:
    """Write the largest disparity that is shown; empty where there is none.

    Examples
    --------
    >>> import fairkit
    >>> rows = {"sex": ["F"] * 70 + ["M"] * 80, "hired": [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32}
    >>> at_least_text(fairkit.evaluate(rows, decision="hired", by="sex").headlines[0])
    '5.24 points'
    """
    if headline.at_least is None:
        return ""
    if headline.compare == "ratio":
        return f"{headline.at_least:.3f} times"
    return size_text(abs(headline.at_least), unit_of(headline.metrics[0]))


TOGETHER = (
    "Parity of a whole family says that every group passes, so it is tested without that correction: single "
    "groups may be inconclusive where all together show parity."
)
"""How the verdict on a family may say more than those on its groups."""


def promise(correction: str, confidence: float) -> str:
    """Say what the correction of a family of verdicts promises.

    Examples
    --------
    >>> promise("none", 0.95)
    'Nothing is corrected for the number of groups looked at: each verdict stands for itself.'
    """
    error = f"{100 * (1 - confidence):.4g}%"
    if correction == "none":
        return "Nothing is corrected for the number of groups looked at: each verdict stands for itself."
    if correction == "benjamini-hochberg":
        return (
            "Intervals are corrected for the number of groups looked at: in a family (one metric over all "
            f"groups of an attribute) at most {error} of the disparities shown are false, on average."
        )
    return (
        "Intervals are corrected for the number of groups looked at: under exact parity, a family (one "
        "metric over all groups of an attribute) shows a disparity anywhere with a probability of at most "
        f"{error}."
    )


def counted(n: int, one: str, many: str | None = None) -> str:
    """Write a number with its noun.

    Examples
    --------
    >>> counted(1, "row"), counted(1372, "row"), counted(2, "parity", "parities")
    ('1 row', '1,372 rows', '2 parities')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"


@lru_cache(maxsize=64)
def _levels_of(names: tuple[str, ...]) -> re.Pattern[str]:
    level = r'("(?:[^"\\]|\\.)*"|[^"=&]*)'
    return re.compile(" & ".join(f"{re.escape(name)}={level}" for name in names), re.DOTALL)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return _SHORT_ESCAPES.get(found[0]) or (f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")


def _size(value: float, compare: Compare, unit: Unit) -> str:
    if compare == "ratio":
        return f"{value:.3f} times that of"
    size = size_text(abs(value), unit)
    if float(size.split()[0].replace(",", "")) == 0:
        return "no different from that of"
    return f"{size} {'higher' if value > 0 else 'lower'} than that of"
