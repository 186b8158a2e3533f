"""What to do next about a classifier of texts: what rewriting shows, and what sensitivities are worth."""

from __future__ import annotations

from fairkit.report.blocks.protected import disagree
from fairkit.report.model import Report
from fairkit.report.numerals import percent

_FEW = 0.01
_MANY = 0.1


def steps_of_texts(report: Report) -> list[str]:
    """List what follows from what was measured of texts; nothing for other reports.

    Parameters
    ----------
    report : Report

    Examples
    --------
    >>> import dataclasses, fairkit
    >>> from fairkit.text.results import OverallMean
    >>> report = fairkit.evaluate({"sex": ["F", "M"] * 9, "d": [1, 1, 0] * 6}, decision="d", by="sex")
    >>> mean = OverallMean("flip_rate", 0.25, 0.2, 0.31, 200, "wilson", None)
    >>> steps_of_texts(dataclasses.replace(report, overall=(mean,)))
    ['Read texts whose prediction flips when they are rewritten: 25.00% do (20.00% to 31.00%). ...']
    """
    steps = []
    poor = [one for one in report.protected_models if one.metric == "balanced_accuracy"]
    if any(one.low is None or one.low <= one.chance for one in poor):
        steps.append(
            "Do not read the sensitivities yet: the groups cannot be told from the texts better than by "
            "chance, so that the protected direction means nothing. Take more texts, another column, or a "
            "lexicon."
        )
    flips = next((one for one in report.overall if one.metric == "flip_rate"), None)
    if flips is not None and flips.value is not None and flips.low is not None and flips.low > _FEW:
        high = "" if flips.high is None else f" ({percent(flips.low)} to {percent(flips.high)})"
        steps.append(
            f"Read texts whose prediction flips when they are rewritten: {percent(flips.value)} do{high}. "
            "Train with rewritten texts added, and measure again."
        )
    for one in report.sensitivity_agreements:
        if disagree(one) and one.saturated is not None and one.saturated > _MANY:
            if report.settings.output != "logit":
                steps.append(
                    f"Ask for log-odds (--logit): {percent(one.saturated, digits=1)} of the predictions are "
                    "saturated, and their probabilities hardly move."
                )
            break
    return steps
