"""The options that state a bounty's terms, and how terms and plans are printed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from fairkit.cli.asking import together
from fairkit.cli.pages import section

if TYPE_CHECKING:
    from bounty.certificates.plans import Plan
    from bounty.certificates.terms import Terms

promise = section("What the bounty promises and allows")

terms_options: Callable[[Any], Any] = together(
    promise(
        "--epsilon",
        default="0.05",
        metavar="SHARE",
        help="Claims of at least this mass are accepted; mass is excess loss as a share of all rows.",
    ),
    promise(
        "--least",
        metavar="SHARE",
        help="What is accepted has at least this mass.  [default: half of epsilon]",
    ),
    promise("--submissions", default=100, metavar="U", help="Claims that are judged, of all teams together."),
    promise("--acceptances", default=10, metavar="K", help="Claims that can be accepted."),
    promise("--repairs", metavar="R", help="Monotone repairs that can be accepted.  [default: K]"),
    promise("--delta", default="0.05", metavar="P", help="Probability with which a promise may fail."),
    promise(
        "--bound",
        type=click.Choice(["bernstein", "chernoff", "hoeffding"]),
        default="chernoff",
        help="How the mass of a claim is bounded from below.",
    ),
    promise(
        "--ladder-changes",
        default=0,
        metavar="N",
        help="How often teams' own scores can change, of all teams together; 0 shows none.",
    ),
    promise("--ladder-step", default="0.01", metavar="SHARE", help="What those scores are rounded to."),
    promise(
        "--differing",
        default="0.05",
        metavar="SHARE",
        help="Share of the rows that a typical claim changes; the plan is made for it.",
    ),
)
"""The options of `bounty plan` and `bounty create`."""


def stated(asked: dict[str, Any]) -> Terms:
    """Take the terms out of a command's options."""
    from bounty.certificates.terms import Terms

    names = (
        *("epsilon", "least", "submissions", "acceptances", "repairs", "delta", "bound"),
        *("ladder_changes", "ladder_step"),
    )
    return Terms.of(**{name: asked.pop(name) for name in names})


def plan_text(made: Plan) -> str:
    """Print a plan: what each held-out part supports, by each bound."""
    terms = made.terms
    promised = (
        f"Promise: claims of mass {_share(terms.epsilon)} or more are accepted, and what is accepted has "
        f"{_share(terms.least)} or more,"
    )
    allowed = (
        f"each with probability {_share(1 - terms.delta)}, for {terms.submissions:,} submissions, "
        f"{terms.acceptances:,} acceptances and {terms.repairs:,} repairs in any order."
    )
    meant = (
        f"The first is for repairs and disparities of at most {_share(made.differing)} of the rows (from all "
        "or all other rows)."
    )
    head = f"{'part':<14}{'rows':>10}{'needed':>12}{'bound':>12}{'tolerance':>12}{'epsilon':>10}"
    lines = [promised, allowed, meant, "", head]
    for part in (made.checker, made.confirmation):
        first = True
        for bound, found in part.supported.items():
            own = bound is terms.bound
            lines.append(
                f"{part.part if first else '':<14}{f'{part.rows:,}' if first else '':>10}"
                f"{f'{part.needed:,}' if own else '':>12}{bound.value:>12}"
                f"{float(part.tolerances[bound]):>12.4f}"
                f"{'none' if found is None else f'{float(found):.4f}':>10}{'  <- these terms' if own else ''}"
            )
            first = False
    lines += ["", *(f"Refused: {problem}" for problem in made.problems)]
    if made.fits:
        lines.append("The held-out rows keep this promise.")
    return "\n".join(lines)


def plan_dict(made: Plan) -> dict[str, Any]:
    """Give a plan for ``--json``."""
    return {
        "terms": made.terms.to_dict(),
        "differing": str(made.differing),
        "fits": made.fits,
        "problems": list(made.problems),
        "parts": [
            {
                "part": part.part,
                "rows": part.rows,
                "needed": part.needed,
                "complexity": float(part.complexity),
                "tolerance": {bound.value: float(t) for bound, t in part.tolerances.items()},
                "epsilon": {
                    bound.value: None if found is None else float(found)
                    for bound, found in part.supported.items()
                },
            }
            for part in (made.checker, made.confirmation)
        ],
    }


def _share(number: Any) -> str:
    return f"{float(number):g}"
