"""The `fairkit` program: thin commands over the library, one file each, loaded only when one is called.

`fairkit --help` must answer at once, so the summaries of the commands stand here, and a command's module is
imported when the command is; a test holds that both say the same.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import NoReturn

import click

from fairkit import __version__
from fairkit.cli.commands import Commands
from fairkit.cli.contract import run

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "eval": "Evaluate predictions: metrics by group, and whether groups differ.",
        "wer": "Judge transcripts: word error rate by accent, dialect, condition.",
        "check": "Judge a release by a policy: pass, fail or inconclusive, for CI.",
        "diff": "Compare two reports: what changed by group, which gaps widened.",
        "baseline": "Save, list and verify the counts of a release.",
        "policy": "Start, check, compare and show release policies.",
        "coverage": "Say which combinations lack speakers, and how many to record.",
        "remedy": "Fit a remedy on some rows and judge other rows before and after.",
        "generations": "Judge generated texts: gender polarity and toxicity by prompted group.",
        "sensitivity": "Judge how much a classifier of texts depends on what is protected.",
        "identity-auc": "Judge scores of texts by the identities they mention.",
        "swap": "Rewrite texts with roles reversed: gender, religion, age, your words.",
        "association": "Measure what language models associate, metric by metric.",
        "report": "Show a saved report as text, HTML, Markdown or JSON.",
        "metrics": "List the metrics: formula, meaning, margins and source.",
        "demo": "Evaluate shipped data with a known truth, and write two pages.",
        "doctor": "Show versions, what is installed, and what is missing.",
    }
)
"""Every command and its summary; its module is ``fairkit.cli.<name>``, with ``_`` for ``-``."""

EXAMPLES = (
    "fairkit demo",
    "fairkit eval loans.csv --label repaid --decision approved --by race --by sex,race",
    "fairkit eval hired.parquet --decision hired --by sex --html report.html",
)


@click.group(
    name="fairkit",
    cls=Commands,
    commands_of="fairkit.cli",
    summaries=COMMANDS,
    examples=EXAMPLES,
    invoke_without_command=True,
    context_settings={"max_content_width": 100, "help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 fine; 1 failed on evidence (check); 2 could not judge (usage, data, missing file); "
    "3 inconclusive where a policy says that counts; 70 a bug in fairkit.",
)
@click.version_option(__version__, prog_name="fairkit")
def program() -> None:
    """Fairness evaluation that reads rows once and says how sure it is."""


def main() -> NoReturn:
    """Run the program on the command line's arguments and exit."""
    sys.exit(run(program, sys.argv[1:], name="fairkit"))
