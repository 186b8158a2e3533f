"""Words and numbers about associations that every view shares, so that they cannot disagree."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Literal

from fairkit.text.intrinsic.definitions import DEFINITIONS, Definition, Metric, Unit
from fairkit.text.intrinsic.model import Association, Associations, Extrinsic, RankCorrelation

UNDEFINED = "undefined"

Side = Literal["above", "below", "undecided", "none"]
"""Where an interval lies: beyond neutral on a side, across it, or nowhere to be told."""

TOGETHER = (
    "Each metric stands for itself. Intrinsic metrics differ with words, templates, layers and pooling, and "
    "they need not agree with what a model does: none is a verdict on it."
)
"""What every table of associations is read with."""

_SHOWN = 12


def heading(found: Associations) -> str:
    """Say what the table is of.

    Examples
    --------
    >>> from fairkit.text.intrinsic.model import associations_of
    >>> heading(associations_of([Association("weat_effect_size", "small.vec", "g", "all", 0.8)]))
    'Associations of small.vec'
    """
    models = found.models
    named = ", ".join(models) if len(models) <= 3 else f"{len(models)} models"
    return f"Associations of {named}" if models else "Associations"


def by_metric(found: Associations) -> list[tuple[Metric, Definition, list[Association]]]:
    """Group the associations by metric, in the order of the definitions.

    Examples
    --------
    >>> from fairkit.text.intrinsic.model import associations_of
    >>> by_metric(associations_of([]))
    []
    """
    order = list(DEFINITIONS)
    ones = sorted(found.associations, key=lambda one: order.index(one.metric))
    return [
        (metric, DEFINITIONS[metric], list(some))
        for metric, some in groupby(ones, key=lambda one: one.metric)
    ]


def number_text(value: float | None, unit: Unit) -> str:
    """Write a value in its unit.

    Examples
    --------
    >>> number_text(0.8213, "effect size"), number_text(57.25, "percent"), number_text(None, "log ratio")
    ('+0.82', '57.2%', 'undefined')
    """
    if value is None:
        return UNDEFINED
    text = f"{value:.1f}%" if unit == "percent" else f"{value:+.2f}"
    return text.replace("+0.00", "0.00").replace("-0.00", "0.00")


def interval_text(low: float | None, high: float | None, unit: Unit) -> str:
    """Write an interval; empty where there is none.

    Examples
    --------
    >>> interval_text(-0.1, 1.2, "effect size"), interval_text(None, None, "percent")
    ('-0.10 to +1.20', '')
    """
    if low is None or high is None:
        return ""
    return f"{number_text(low, unit)} to {number_text(high, unit)}"


def side_of(one: Association) -> Side:
    """Tell where the interval lies beside the neutral value.

    Examples
    --------
    >>> side_of(Association("weat_effect_size", "m", "g", "all", 0.8, 0.1, 1.4))
    'above'
    """
    if one.neutral is None or one.low is None or one.high is None:
        return "none"
    if one.low > one.neutral:
        return "above"
    return "below" if one.high < one.neutral else "undecided"


def side_text(one: Association) -> str:
    """Say where the interval lies.

    Examples
    --------
    >>> side_text(Association("stereoset_stereotype_score", "m", "g", "all", 51.0, 44.0, 58.0))
    'holds 50'
    """
    neutral = "" if one.neutral is None else f"{one.neutral:g}"
    return {
        "above": f"above {neutral}",
        "below": f"below {neutral}",
        "undecided": f"holds {neutral}",
        "none": "",
    }[side_of(one)]


def name_text(one: Association | Extrinsic, *, models: int) -> str:
    """Name a row: the test, and the model where there are several.

    Examples
    --------
    >>> name_text(Association("weat_effect_size", "m", "g", "all", 0.8), models=2)
    'm: g'
    """
    label = one.metric if isinstance(one, Extrinsic) else one.label
    return label if models < 2 else f"{one.model}: {label}"


def p_text(one: Association) -> str | None:
    """Write p with how it was found; never alone.

    Examples
    --------
    >>> p_text(Association("weat_effect_size", "m", "g", "all", 0.8, p=0.0031, p_method="one-sided, exact"))
    'p = .0031 (one-sided, exact)'
    """
    if one.p is None or not one.p_method:
        return None
    shown = "< .0001" if one.p < 0.0001 else f"= {one.p:.4f}".replace("= 0.", "= .")
    return f"p {shown} ({one.p_method})"


def lost_texts(one: Association) -> list[str]:
    """Say what was lost, set by set, with the reasons.

    Examples
    --------
    >>> from fairkit.text.intrinsic.model import Lost
    >>> lost = (Lost("cradle", "home", "not in the vocabulary"), Lost("cot", "home", "not in the vocabulary"))
    >>> lost_texts(Association("weat_effect_size", "m", "g", "all", 0.8, lost=lost))
    ["lost of 'home': cradle, cot (not in the vocabulary)"]
    """
    found = []
    key = {(lost.of, lost.reason): None for lost in one.lost}
    for of, reason in key:
        words = [lost.what for lost in one.lost if (lost.of, lost.reason) == (of, reason)]
        more = f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
        found.append(f"lost of '{of}': {', '.join(words[:_SHOWN])}{more} ({reason})")
    return found[:_SHOWN] + ([f"and {len(found) - _SHOWN} more reasons"] if len(found) > _SHOWN else [])


def detail_texts(one: Association) -> list[str]:
    """Say what else is known of a value: heterogeneity, ties, items.

    Examples
    --------
    >>> detail_texts(Association("crows_pairs_perplexity", "m", "g", "all", 60.0, details={"ties": 2.0}))
    ['2 pairs tie and are left out of the share']
    """
    details = one.details
    found = []
    if details.get("tau2") is not None:
        found.append(
            f"between draws: tau² {details['tau2']:.3f}, I² {details['I2']:.0f}%, effects from "
            f"{details['smallest']:+.2f} to {details['largest']:+.2f}, {details['opposite_sign']:.1f}% with "
            "the opposite sign; the true effect of a further draw is predicted from "
            f"{details['prediction_low']:+.2f} to {details['prediction_high']:+.2f}"
        )
    if one.metric.startswith("crows_pairs") and details.get("ties"):
        n = int(details["ties"] or 0)
        found.append(f"{n} {'pair ties and is' if n == 1 else 'pairs tie and are'} left out of the share")
    if one.metric == "stereoset_stereotype_score" and details.get("ties"):
        found.append(
            f"{int(details['ties'] or 0)} comparisons of sentences tie; as published, they are not won"
        )
    return found


def remarks(some: Sequence[Association], *, models: int) -> list[str]:
    """List what stands under a table: settings that rows do not share, p, what was lost, details, notes.

    Examples
    --------
    >>> remarks([Association("weat_effect_size", "m", "g", "all", None, why="too few words.")], models=1)
    ['g: undefined: too few words.']
    """
    found: dict[str, None] = {}
    told: set[tuple[str, str, str]] = set()
    shared = _shared(some)
    for one in some:
        name = name_text(one, models=models)
        if one.why is not None:
            found[f"{name}: {UNDEFINED}: {one.why}"] = None
        p = p_text(one)
        if p is not None:
            found[f"{name}: {p}"] = None
        lost = [text for text in lost_texts(one) if (one.model, one.test, text) not in told]
        told |= {(one.model, one.test, text) for text in lost}
        own = "; ".join(
            f"{key}: {value}" for key, value in one.settings.items() if value and key not in shared
        )
        if own and (one.part == "all" or one.metric == "log_probability_bias"):
            found[f"{name}: {own}"] = None
        for text in [*detail_texts(one), *(lost if _whole(one) else []), *one.notes]:
            found[f"{name}: {text}"] = None
    return list(found)


def _whole(one: Association) -> bool:
    """Tell whether a row is of a whole test: what its parts lost is said there."""
    if one.metric in ("stereoset_stereotype_score", "stereoset_idealized_score"):
        return False
    return one.part == "all" or one.metric == "log_probability_bias"


def settings_text(some: Sequence[Association]) -> str:
    """Write the settings that all rows of a table share.

    Examples
    --------
    >>> settings_text([Association("weat_effect_size", "m", "g", "all", 0.8, settings={"ddof": "1"})])
    'ddof: 1'
    """
    return "; ".join(f"{name}: {value}" for name, value in _shared(some).items() if value)


def _shared(some: Sequence[Association]) -> dict[str, str]:
    first = some[0].settings
    return {
        name: value for name, value in first.items() if all(one.settings.get(name) == value for one in some)
    }


def methods_text(some: Sequence[Association]) -> str:
    """Say how the intervals of a table were made.

    Examples
    --------
    >>> one = Association("weat_effect_size", "m", "g", "all", 0.8, 0.1, 1.4, 0.95, method="bootstrap")
    >>> methods_text([one])
    'intervals of 95 %: bootstrap'
    """
    levels = sorted({one.level for one in some if one.level is not None})
    methods = list(dict.fromkeys(one.method for one in some if one.low is not None))
    without = list(
        dict.fromkeys(one.method for one in some if one.low is None and one.method.startswith("none: "))
    )
    told = f"intervals of {' and '.join(f'{100 * level:g} %' for level in levels)}: {'; '.join(methods)}"
    return "; ".join([*([told] if methods else []), *(f"no interval: {text[6:]}" for text in without)])


def correlation_text(one: RankCorrelation) -> str:
    """Write a rank correlation, or why there is none.

    Examples
    --------
    >>> correlation_text(RankCorrelation("weat", "gap", ("a",), None, why="too few models (n=1)"))
    'undefined'
    """
    return UNDEFINED if one.value is None else f"{one.value:+.2f}"
