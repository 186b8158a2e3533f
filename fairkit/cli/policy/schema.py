"""`fairkit policy schema`: the JSON Schema of policies, for editors."""

from __future__ import annotations

import click

from fairkit.cli.outputs import check_files, emit, write_files
from fairkit.cli.pages import Command


@click.command(
    "schema",
    cls=Command,
    examples=["fairkit policy schema", "fairkit policy schema -o fairness.schema.json"],
    short_help="Print the JSON Schema of policies, for editors.",
)
@click.option("-o", "--output", metavar="FILE", help="Write it to a file, not to standard output.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; it always is.")
def command(*, output: str | None, as_json: bool) -> None:  # noqa: ARG001 - every command has --json
    """Print the JSON Schema of policies, for editors.

    An editor that knows TOML completes and explains keys by it: put '#:schema ./fairness.schema.json' into
    the first line of fairness.toml.
    """
    from fairkit.policy.schema import schema_text

    files = check_files({"-o": output})
    if files:
        write_files({files["-o"]: schema_text()})
    else:
        emit(schema_text())
