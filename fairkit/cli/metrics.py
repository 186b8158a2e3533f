"""`fairkit metrics`: the catalogue, from the definitions themselves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from fairkit.cli.outputs import emit, text_width
from fairkit.cli.pages import Command
from fairkit.errors import UsageError

if TYPE_CHECKING:
    from fairkit.metrics import AnyMetric
    from fairkit.metrics.listing import Listed


@click.command(
    "metrics",
    cls=Command,
    examples=["fairkit metrics", "fairkit metrics --json"],
    short_help="List the metrics: formula, meaning, margins and source.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.option("--markdown", "--md", is_flag=True, help="Print the list as Markdown tables.")
def command(*, as_json: bool, markdown: bool) -> None:
    """List the metrics: formula, meaning, margins and source.

    They are listed by the question that predictions are asked, with the options of 'fairkit eval' that ask
    it. A group shows a disparity where its corrected interval lies wholly beyond the margin, which
    'fairkit eval --margin' sets.
    """
    if as_json and markdown:
        raise UsageError("--json and --markdown ask for two forms; leave one out.")
    from fairkit.metrics.listing import markdown_tables

    if as_json:
        emit(json.dumps(catalogue(), indent=2, ensure_ascii=False))
    else:
        emit(markdown_tables() if markdown else _text(catalogue(), width=text_width()))


def catalogue() -> dict[str, list[dict[str, Any]]]:
    """Return every question, every metric and every named notion of fairness, as plain data.

    Examples
    --------
    >>> found = catalogue()
    >>> found["metrics"][0]["name"], found["metrics"][0]["needs_label"], found["families"][0]["metrics"]
    ('selection_rate', False, ['selection_rate'])
    >>> [question["name"] for question in found["questions"]][-2:]
    ['characters', 'texts']
    """
    from fairkit.metrics import FAMILIES
    from fairkit.metrics.listing import LISTED, entries

    questions = [
        {"name": one.name, "title": one.title, "needs": one.needs, "fields": one.fields} for one in LISTED
    ]
    metrics = [_entry(metric, listed) for listed in LISTED for metric in entries(listed)]
    families = [{"name": f.name, "metrics": list(f.metrics), "source": f.source} for f in FAMILIES]
    return {"metrics": metrics, "families": families, "questions": questions}


def _entry(metric: AnyMetric, listed: Listed) -> dict[str, Any]:
    from fairkit.metrics.listing import is_usual, kind_of, margin_unit, needs_label, unit_words

    kind = kind_of(metric, listed)
    return {
        "name": metric.name,
        "formula": metric.formula,
        "meaning": metric.summary,
        "better": metric.better,
        "margin": {"difference": [-metric.margin, metric.margin], "ratio": list(metric.margin_ratio)},
        "needs_label": needs_label(metric, kind),
        "default": is_usual(metric, kind),
        "source": metric.source,
        "question": listed.name,
        "kind": str(kind),
        "needs": listed.needs,
        "unit": unit_words(metric),
        "margin_unit": margin_unit(metric) or None,
    }


def _text(found: dict[str, list[dict[str, Any]]], *, width: int) -> str:
    formatter = click.HelpFormatter(width=width)
    formatter.write_text("Metrics with a star are measured where none is named.")
    for question in found["questions"]:
        with formatter.section(question["title"]):
            formatter.write_text(f"Needs {question['needs']}. {question['fields']}")
            for m in found["metrics"]:
                if m["question"] == question["name"]:
                    _write(formatter, m)
    with formatter.section("Named notions of fairness, judged whenever their metrics are"):
        formatter.write_dl(
            [(f["name"], f"{', '.join(f['metrics'])} ({f['source']})") for f in found["families"]]
        )
    return formatter.getvalue()


def _write(formatter: click.HelpFormatter, m: dict[str, Any]) -> None:
    margin, (low, high) = m["margin"]["difference"][1], m["margin"]["ratio"]
    needed = "" if m["needs_label"] else " Needs no label."
    unit = "" if m["margin_unit"] is None else f" {m['margin_unit']}"
    formatter.write_text(f"{m['name']}{' *' if m['default'] else ''} = {m['formula']}")
    with formatter.indentation():
        formatter.write_text(
            f"{m['meaning']} Unit: {m['unit']}; better: {m['better']}. Parity within ±{margin:g}{unit}, or a "
            f"ratio of {low:.3g} to {high:.3g}.{needed} ({m['source']})"
        )
