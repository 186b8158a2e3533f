"""`fairkit metrics`: the catalogue, from the definitions themselves."""

from __future__ import annotations

import json
from typing import Any

import click

from fairkit.cli.outputs import emit, text_width
from fairkit.cli.pages import Command
from fairkit.errors import UsageError


@click.command(
    "metrics",
    cls=Command,
    examples=["fairkit metrics", "fairkit metrics --json"],
    short_help="List the metrics: formula, meaning, margins and source.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.option("--markdown", "--md", is_flag=True, help="Print the list as a Markdown table.")
def command(*, as_json: bool, markdown: bool) -> None:
    """List the metrics: formula, meaning, margins and source.

    In formulas tp, fp, fn and tn count true and false positives and negatives. A group shows a disparity
    where its corrected interval lies wholly beyond the margin, which 'fairkit eval --margin' sets.
    """
    if as_json and markdown:
        raise UsageError("--json and --markdown ask for two forms; leave one out.")
    from fairkit.metrics import markdown_table

    if as_json:
        emit(json.dumps(catalogue(), indent=2, ensure_ascii=False))
    else:
        emit(markdown_table() if markdown else _text(catalogue(), width=text_width()))


def catalogue() -> dict[str, list[dict[str, Any]]]:
    """Return every metric and every named notion of fairness, as plain data.

    Examples
    --------
    >>> found = catalogue()
    >>> found["metrics"][0]["name"], found["metrics"][0]["needs_label"], found["families"][0]["metrics"]
    ('selection_rate', False, ['selection_rate'])
    """
    from fairkit.counts import Kind
    from fairkit.metrics import CATALOGUE, FAMILIES, chosen_metrics

    usual = {m.name for m in chosen_metrics("default", kind=Kind.CONFUSION)}
    metrics = [
        {
            "name": m.name,
            "formula": m.formula,
            "meaning": m.summary,
            "better": m.better,
            "margin": {"difference": [-m.margin, m.margin], "ratio": list(m.margin_ratio)},
            "needs_label": m.name not in CATALOGUE[Kind.DECISIONS],
            "default": m.name in usual,
            "source": m.source,
        }
        for m in CATALOGUE[Kind.CONFUSION].values()
    ]
    families = [{"name": f.name, "metrics": list(f.metrics), "source": f.source} for f in FAMILIES]
    return {"metrics": metrics, "families": families}


def _text(found: dict[str, list[dict[str, Any]]], *, width: int) -> str:
    formatter = click.HelpFormatter(width=width)
    with formatter.section("Metrics (* measured by default)"):
        for m in found["metrics"]:
            margin, (low, high) = m["margin"]["difference"][1], m["margin"]["ratio"]
            formatter.write_text(f"{m['name']}{' *' if m['default'] else ''} = {m['formula']}")
            with formatter.indentation():
                formatter.write_text(
                    f"{m['meaning']} Better: {m['better']}. Parity within ±{margin:g}, or a ratio of {low:g} "
                    f"to {high:g}.{'' if m['needs_label'] else ' Needs no label.'} ({m['source']})"
                )
    with formatter.section("Named notions of fairness, judged whenever their metrics are"):
        formatter.write_dl(
            [(f["name"], f"{', '.join(f['metrics'])} ({f['source']})") for f in found["families"]]
        )
    return formatter.getvalue()
