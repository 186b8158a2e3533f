"""``python -m fairkit.samples``: write the drawn data sets, or speak and recognise the speech data again."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from fairkit import samples
from fairkit.errors import FairkitError
from fairkit.samples import _speech


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        Command-line arguments; those of the process by default.

    Returns
    -------
    int
        0, or 2 where a file could not be written or a program is missing.
    """
    chosen = _parser().parse_args(arguments)
    try:
        if chosen.command == "speech" and chosen.limit is not None:
            sys.stdout.write(_speech.trial(chosen.limit, jobs=chosen.jobs).decode())
            return 0
        if chosen.command == "speech":
            paths = _speech.write_speech(Path(chosen.folder), jobs=chosen.jobs)
        else:
            paths = samples.write(chosen.folder)
    except FairkitError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.writelines(f"{path}\n" for path in paths)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m fairkit.samples",
        description="Write the generated data sets, their truth and checksums.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    write = commands.add_parser("write", help="write the drawn data sets into a folder")
    speech = commands.add_parser(
        "speech",
        help="speak and recognise the speech data",
        description="Speak the speech data with espeak-ng, recognise them with PocketSphinx (a quarter of an "
        "hour on two processors; an interrupted run goes on where it stopped) and write them into a folder.",
    )
    for command in (write, speech):
        command.add_argument("folder", nargs="?", default="datasets", help="default: %(default)s")
    speech.add_argument(
        "--limit", type=int, metavar="N", help="print the rows of the first N utterances; write nothing"
    )
    speech.add_argument("--jobs", type=int, metavar="N", help="processes (default: one per processor)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
