"""What each rule of a normaliser does to the error rate of every group, as a block of the report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fairkit.report.blocks.base import Block, Table
from fairkit.report.model import Report
from fairkit.report.numerals import contrast_number
from fairkit.report.phrases import UNDEFINED, short_name, visible
from fairkit.speech.results import RuleEffect

FEW = 8
"""Groups that fit side by side; of more, every row is one rule in one group."""

_TEXT = (
    "The error rate with all rules of the normaliser less that without the one, in points: below zero it "
    "forgives errors, and where it forgives one group's more than another's it makes part of the gap. Rules "
    "that change no rate are left out."
)


def rules_block(report: Report) -> Block | None:
    """Show the effects of every rule that has any.

    Parameters
    ----------
    report : Report

    Returns
    -------
    Block or None
        None where effects of rules were not asked for, or there are none.

    Examples
    --------
    >>> from fairkit.speech import evaluate
    >>> rows = {"said": ["colour", "sky"] * 8, "heard": ["color", "sky"] * 8, "accent": ["X", "Y"] * 8}
    >>> report = evaluate(
    ...     rows, reference="said", hypothesis="heard", by="accent", normalizer="english", rule_effects=True
    ... )
    >>> block = rules_block(report)
    >>> block and block.tables[0].columns
    ('rule', 'X', 'Y', 'spread')
    """
    found: dict[tuple[str, str], list[RuleEffect]] = {}
    for one in report.rule_effects:
        found.setdefault((one.attribute, one.system), []).append(one)
    tables = tuple(table for own in found.values() if (table := _table(own)) is not None)
    return Block("rules", "What the normaliser's rules do", (_TEXT,), tables) if tables else None


def _table(effects: Sequence[RuleEffect]) -> Table | None:
    by_rule: dict[str, dict[str, RuleEffect]] = {}
    for one in effects:
        by_rule.setdefault(one.rule, {})[one.group] = one
    moving = {rule: own for rule, own in by_rule.items() if any(one.difference for one in own.values())}
    if not moving:
        return None
    ordered = sorted(moving.items(), key=lambda pair: -_spread(pair[1].values()))
    first = effects[0]
    groups = list(dict.fromkeys(one.group for one in effects))
    caption = (
        f"{visible(first.system)} by {visible(first.attribute)}: points that each rule adds or takes away"
    )
    if len(groups) <= FEW:
        rows = tuple(
            (
                visible(rule),
                *(_points(own[group].difference if group in own else None) for group in groups),
                f"{100 * _spread(own.values()):.2f}",
            )
            for rule, own in ordered
        )
        columns = ("rule", *(short_name(group, first.attribute) for group in groups), "spread")
        return Table(caption, columns, rows, right=tuple(range(1, len(columns))))
    rows = tuple(
        (visible(rule), short_name(one.group, first.attribute), f"{one.changed:,}", _points(one.difference))
        for rule, own in ordered
        for one in sorted(own.values(), key=lambda one: -abs(one.difference or 0.0))
        if one.difference
    )
    return Table(caption, ("rule", "group", "texts changed", "points"), rows, right=(2, 3))


def _spread(effects: Iterable[RuleEffect]) -> float:
    moved = [one.difference for one in effects if one.difference is not None]
    return max(moved) - min(moved) if moved else 0.0


def _points(difference: float | None) -> str:
    return UNDEFINED if difference is None else contrast_number(difference, "difference")
