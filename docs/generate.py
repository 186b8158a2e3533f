"""Write the pages of docs/ that are made from code; run through `make docs`.

A page made from the definitions cannot disagree with them: tests/test_docs.py fails while one is stale.
A new page is one line in PAGES.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from fairkit.metrics import markdown_table

FOLDER = Path(__file__).resolve().parent
MADE = "<!-- Made by `make docs` from the code; do not edit by hand. -->\n\n"


def metrics() -> str:
    """Every metric with its formula, meaning, margin and source."""
    return f"# Metrics\n\n{MADE}{markdown_table()}"


PAGES: dict[str, Callable[[], str]] = {"metrics.md": metrics}


def main() -> None:
    """Write the pages that changed, and say which."""
    for name, page in PAGES.items():
        path, text = FOLDER / name, page()
        stale = not path.exists() or path.read_text(encoding="utf-8") != text
        if stale:
            path.write_text(text, encoding="utf-8")
        sys.stderr.write(f"docs/{name}: {'written' if stale else 'current'}\n")


if __name__ == "__main__":
    main()
