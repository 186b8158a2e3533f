"""``python -m fairkit.samples write FOLDER``: write the generated data sets."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from fairkit import samples
from fairkit.errors import FairkitError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        Command-line arguments; those of the process by default.

    Returns
    -------
    int
        0, or 2 where a file could not be written.
    """
    parser = argparse.ArgumentParser(
        prog="python -m fairkit.samples",
        description="Write the generated data sets, their truth and checksums.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    write = commands.add_parser("write", help="write the generated data sets into a folder")
    write.add_argument("folder", nargs="?", default="datasets", help="default: %(default)s")
    chosen = parser.parse_args(arguments)
    try:
        paths = samples.write(chosen.folder)
    except FairkitError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.writelines(f"{path}\n" for path in paths)
    return 0


if __name__ == "__main__":
    sys.exit(main())
