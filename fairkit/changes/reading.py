"""How to read a comparison: what its intervals and verdicts say, in sentences."""

from __future__ import annotations

from fairkit.changes.model import Changes

_NEW_LESS_OLD = "A change is the new value less the old one."
_CUSTOMERS_LESS_DEVELOPERS = "A change is the customer's value less the developer's."
_INTERVAL = (
    "Its interval is corrected for the number of groups (a family is one metric over all groups of an "
    "attribute) and decides: better or worse lies wholly beyond the margin, equivalent wholly inside it, all "
    "else is inconclusive. Higher and lower are said where neither direction is better."
)
_GAPS = (
    "A gap is a group's value less that of what it is compared with; its change is a difference in "
    "differences. It is wider or narrower by its size; one that surely points the other way is reversed."
)
_ANSWERS = (
    "Published gaps hold where every group's gap is shown to be no wider on the customer's data. One that is "
    "surely wider, or reversed and no small one, is enough that they do not. All else cannot be told, nor "
    "can anything about groups that the developer did not report: absence of evidence is not fairness."
)
_ROW_BY_ROW = "Every row is compared with itself, so that what is hard about it cancels."
_PAIRS_NEEDED = "Rows needed are about how many pairs of the group would decide."
_APART = (
    "The reports are taken for independent samples. Where they are of the same rows, pair those by an id "
    "(fairkit diff OLD.csv NEW.csv --id COL): intervals are then much narrower."
)
_NEW_NEEDED = (
    "Rows needed are about how many rows of the group the new data would need, while the old ones stay as "
    "they are; none are stated where no number would do."
)
_CUSTOMERS_NEEDED = (
    "Rows needed are about how many rows of the group the customer would need, while the developer's stay as "
    "they are; none are stated where no number would do."
)


def reading(changes: Changes) -> list[str]:
    """Explain intervals and verdicts, in sentences.

    Parameters
    ----------
    changes : Changes

    Examples
    --------
    >>> import fairkit
    >>> from fairkit.changes.comparing import compare_reports
    >>> report = fairkit.evaluate({"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}, decision="d", by="sex")
    >>> reading(compare_reports(report, report))[0][:43]
    'A change is the new value less the old one.'
    """
    if changes.question == "last-mile":
        return [f"{_CUSTOMERS_LESS_DEVELOPERS} {_INTERVAL}", _GAPS, _ANSWERS, _CUSTOMERS_NEEDED]
    how = (_ROW_BY_ROW, _PAIRS_NEEDED) if changes.paired else (_APART, _NEW_NEEDED)
    return [f"{_NEW_LESS_OLD} {_INTERVAL}", _GAPS, *how]
