"""`fairkit baseline list`: which releases there are to compare with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from fairkit.cli.outputs import emit, is_colored, text_width
from fairkit.cli.pages import Command

if TYPE_CHECKING:
    from fairkit.baselines.verifying import Checked


@click.command(
    "list",
    cls=Command,
    examples=["fairkit baseline list", "fairkit baseline list audits/baselines --json"],
    short_help="List the baselines of a folder.",
)
@click.argument("folder", default="baselines", metavar="[FOLDER]")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
def command(*, folder: str, as_json: bool) -> None:
    """List the baselines of a folder.

    FOLDER is 'baselines' where none is named. A file that is not what was saved is listed as changed.
    """
    from fairkit.baselines.verifying import check_baselines
    from fairkit.report.textpage import TextPage, cell

    found = check_baselines([folder])
    if as_json:
        emit(json.dumps({"folder": folder, "baselines": [_facts(one) for one in found]}, indent=2))
        return
    page = TextPage(text_width(), color=is_colored())
    table = page.table()
    for name in ("name", "made", "source", "kind", "by (groups)"):
        table.add_column(name, overflow="fold")
    table.add_column("rows", justify="right", no_wrap=True)
    table.add_column("sha256", no_wrap=True)
    table.add_column("", no_wrap=True)
    for one in found:
        facts = _facts(one)
        by = ", ".join(f"{name} ({n})" for name, n in facts["attributes"].items())
        told = (
            facts["name"] or "–",
            (facts["created"] or "–")[:10],
            facts["source"] or "–",
            facts["kind"] or "–",
        )
        rows = "–" if facts["rows"] is None else f"{facts['rows']:,}"
        state = cell("intact", "green") if one.intact else cell("changed", "bold red")
        table.add_row(*map(cell, (*told, by or "–")), rows, cell(facts["file"][:12]), state)
    page.console.print(table)
    page.listed("Not what was saved", [problem for one in found for problem in one.problems])
    emit(page.text())


def _facts(one: Checked) -> dict[str, Any]:
    """Say what a list shows of a file; what cannot be read is null."""
    from pathlib import Path

    known = one.baseline
    facts: dict[str, Any] = dict.fromkeys(("name", "created", "source", "kind", "rows", "sha256"))
    facts["attributes"] = {}
    if known is not None:
        counts = known.counts
        facts |= {
            "name": known.name,
            "created": known.created,
            "source": known.data.source,
            "kind": str(counts.kind),
            "rows": known.data.rows_used,
            "sha256": known.sha256,
            "attributes": {n: len(own) for n, own in zip(counts.attributes, counts.levels, strict=True)},
        }
    return {
        "path": one.path,
        "file": Path(one.path).stem,
        **facts,
        "intact": one.intact,
        "problems": list(one.problems),
    }
