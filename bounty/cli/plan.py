"""`bounty plan`: what promise so many held-out rows support."""

from __future__ import annotations

import json
from typing import Any

import click

from bounty.cli.terms_options import plan_dict, plan_text, stated, terms_options
from fairkit.cli.contract import ExitCode
from fairkit.cli.outputs import emit
from fairkit.cli.pages import Command, section

held = section("Held-out rows")


@click.command(
    "plan",
    cls=Command,
    examples=[
        "bounty plan --rows 40000 --confirmation-rows 10000",
        "bounty plan --rows 500000 --confirmation-rows 100000 --epsilon 0.02 --submissions 1000",
    ],
    short_help="Say which promise held-out rows support, before any is made.",
    context_settings={"show_default": True},
    epilog="Exit codes: 0 the rows keep the promise; 1 they do not; 2 the terms are wrong; 70 a bug.",
)
@held("--rows", type=int, required=True, metavar="N", help="Rows of the checker's part (A).")
@held(
    "--confirmation-rows", type=int, required=True, metavar="N", help="Rows of the confirmation's part (B)."
)
@terms_options
@click.option("--json", "as_json", is_flag=True, show_default=False, help="Print the plan as JSON.")
def command(*, rows: int, confirmation_rows: int, as_json: bool, **asked: Any) -> int:
    """Say which promise held-out rows support, before any is made.

    Hunters adapt to every answer they get, so each answer has to be paid for in rows. The plan says how far
    below what the rows show a claim can be certified (the tolerance), and so the smallest epsilon that can be
    promised. 'bounty create' refuses terms that its rows cannot keep.
    """
    from bounty.certificates.plans import plan

    differing = asked.pop("differing")
    made = plan(stated(asked), rows, confirmation_rows, differing)
    emit(json.dumps(plan_dict(made), indent=2) if as_json else plan_text(made))
    return ExitCode.FINE if made.fits else ExitCode.FAILED
