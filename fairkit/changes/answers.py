"""The last mile: whether the gaps that a developer published hold on a customer's own data.

They hold if every group's gap is shown to be no wider than it was published; a gap that is surely wider, or
that surely points the other way, is enough that they do not. All else cannot be told, and so is what the
developer says nothing about: absence of evidence is never reported as fairness.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fairkit.changes.model import ONLY_OLD, Answer, GapShift, Holds, LoneGroup
from fairkit.metrics import Why


def answers_of(gaps: Sequence[GapShift], apart: Iterable[LoneGroup]) -> tuple[Answer, ...]:
    """Answer for every metric of every attribute, and for all metrics of an attribute together.

    Parameters
    ----------
    gaps : sequence of GapShift
        From the developer's report to the customer's data.
    apart : iterable of LoneGroup
        Groups of one side only.

    Examples
    --------
    >>> answers_of([], [])
    ()
    """
    lone = list(apart)
    made: list[Answer] = []
    for attribute in dict.fromkeys(gap.attribute for gap in gaps):
        own = [gap for gap in gaps if gap.attribute == attribute]
        unreported = tuple(g.group for g in lone if g.attribute == attribute and g.only_in == "new")
        # Nothing was promised to a customer about groups that the customer does not have.
        missing = {gap.group for gap in own if not gap.n_new and gap.reason in (ONLY_OLD, str(Why.NO_ROWS))}
        told = [
            _answer(
                (attribute, metric),
                [gap for gap in own if gap.metric == metric and gap.group not in missing],
                unreported,
            )
            for metric in dict.fromkeys(gap.metric for gap in own)
        ]
        made += [*told, _together(told)] if told else []
    return tuple(made)


def _answer(about: tuple[str, str], gaps: Sequence[GapShift], unreported: tuple[str, ...]) -> Answer:
    wider = tuple(gap.group for gap in gaps if _fails(gap))
    undecided = tuple(
        gap.group for gap in gaps if not (_fails(gap) or gap.no_wider) and gap.group not in unreported
    )
    verdict = _verdict(wider, undecided, unreported) if gaps else "cannot-be-told"
    return Answer(*about, verdict, wider, undecided, unreported)


def _fails(gap: GapShift) -> bool:
    """Say whether a gap is surely wider, or turned around and is no small one."""
    return gap.verdict == "widened" or gap.turned


def _together(answers: Sequence[Answer]) -> Answer:
    def every(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(group for one in answers for group in getattr(one, name)))

    wider, undecided, unreported = every("wider"), every("open"), every("unreported")
    verdict = _verdict(wider, undecided, unreported)
    if verdict == "holds" and any(answer.verdict != "holds" for answer in answers):
        verdict = "cannot-be-told"
    return Answer(answers[0].attribute, None, verdict, wider, undecided, unreported)


def _verdict(wider: Sequence[str], undecided: Sequence[str], unreported: Sequence[str]) -> Holds:
    if wider:
        return "does-not-hold"
    return "cannot-be-told" if undecided or unreported else "holds"
