"""Associations as one self-contained page: no script, no request, light or dark, fit for print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fairkit.report.drawing import draw
from fairkit.report.webpage import page_template
from fairkit.text.intrinsic import phrases
from fairkit.text.intrinsic.chart import DRAWN, chart, description
from fairkit.text.intrinsic.definitions import Definition
from fairkit.text.intrinsic.model import Association, Associations

Context = dict[str, Any]


def to_html(found: Associations) -> str:
    """Write associations as one HTML page.

    Parameters
    ----------
    found : Associations

    Returns
    -------
    str
        A complete document: for every metric a chart with the neutral value, and the table it shows.

    Examples
    --------
    >>> from fairkit.text.intrinsic.model import associations_of
    >>> one = Association("weat_effect_size", "small.vec", "gender-career", "all", 0.8, 0.1, 1.4, 0.95, 16)
    >>> page = to_html(associations_of([one]))
    >>> page.startswith("<!DOCTYPE html>"), "<script" in page, "0 is neutral" in page
    (True, False, True)
    """
    models = len(found.models)
    return page_template("fairkit.text.intrinsic", "association.html.j2").render(
        title=phrases.heading(found),
        created=found.created,
        version=found.fairkit_version,
        seed=found.seed,
        several=models > 1,
        parts=[
            {"id": metric, **_part(definition, some, models)}
            for metric, definition, some in phrases.by_metric(found)
        ],
        extrinsic=[_extrinsic_row(one) for one in found.extrinsic],
        correlations=[
            {
                "intrinsic": one.intrinsic,
                "extrinsic": one.extrinsic,
                "models": str(len(one.models)),
                "value": phrases.correlation_text(one),
                "interval": "" if one.low is None else f"{one.low:+.2f} to {one.high:+.2f}",
                "p": "" if one.p is None else f"{one.p:.3f}",
                "how": one.why or f"{one.p_method}; {one.method}",
            }
            for one in found.correlations
        ],
        reading=[phrases.TOGETHER, *found.notes],
    )


def _part(definition: Definition, some: Sequence[Association], models: int) -> Context:
    from markupsafe import Markup

    # The drawing escapes every text itself (an XML tree, serialised).
    label = description(definition, some, models=models)
    drawn = Markup(draw(chart(definition, some, models=models), label=label))  # noqa: S704
    return {
        "title": definition.title,
        "axis": definition.axis,
        "meaning": definition.meaning,
        "chart": drawn,
        "left": f"The first {DRAWN} of {len(some)} rows are drawn." if len(some) > DRAWN else "",
        "counted": some[0].counted,
        "settings": phrases.settings_text(some),
        "remarks": phrases.remarks(some, models=models),
        "rows": [
            {
                "model": one.model,
                "name": one.label,
                "value": phrases.number_text(one.value, one.unit),
                "interval": phrases.interval_text(one.low, one.high, one.unit),
                "level": "" if one.level is None else f"{100 * one.level:g} %",
                "n": f"{one.n:,}",
                "side": phrases.side_text(one),
                "p": phrases.p_text(one) or "",
                "method": one.method,
            }
            for one in some
        ],
    }


def _extrinsic_row(one: Any) -> Context:
    return {
        "metric": one.metric,
        "model": one.model,
        "value": phrases.UNDEFINED if one.value is None else f"{one.value:+.3f}",
        "interval": "" if one.low is None or one.high is None else f"{one.low:+.3f} to {one.high:+.3f}",
        "neutral": f"{one.neutral:g}",
        "why": one.why or "",
        "source": one.source,
    }
