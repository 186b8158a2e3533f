"""The pages that are made from code say what the code says."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
PAGES = runpy.run_path(str(DOCS / "generate.py"))["PAGES"]


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_current(name):
    """A page made from code is what the code makes now; `make docs` writes it anew."""
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "run `make docs`"
