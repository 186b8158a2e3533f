"""Start-up stays light: what a plain import and a call for help load, seen in processes of their own."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {
    "torch",
    "transformers",
    "streamlit",
    "pandas",
    "polars",
    "pyarrow",
    "duckdb",
    "altair",
    "matplotlib",
    "statsmodels",
    "sklearn",
    "fairlearn",
}
HELP = """
import sys
sys.argv = [{program!r}, "--help"]
from {program}.cli import main
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
"""


def packages_loaded_by(code: str) -> set[str]:
    """Return the top-level packages that a fresh interpreter holds after running the code."""
    show = "\nimport sys\nprint('loaded:', *sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", code + show], capture_output=True, text=True, check=True, timeout=120
    )
    return set(done.stdout.splitlines()[-1].removeprefix("loaded: ").split())


@pytest.mark.parametrize(
    "code",
    ["import fairkit", "import bounty", HELP.format(program="fairkit"), HELP.format(program="bounty")],
    ids=["import fairkit", "import bounty", "fairkit --help", "bounty --help"],
)
def test_start_up_loads_nothing_heavy(code):
    """Importing the package or asking for help loads no dataframe, model or plotting library."""
    assert packages_loaded_by(code) & HEAVY == set()


def test_the_probe_sees_what_is_loaded():
    """The probe of these tests would notice a heavy import."""
    assert "pandas" in packages_loaded_by("import pandas")


def test_public_names_survive_the_import_of_every_module():
    """No submodule takes the place of a public name, whatever was imported before."""
    code = (
        "import importlib, pkgutil, fairkit\n"
        "for found in pkgutil.walk_packages(fairkit.__path__, 'fairkit.'):\n"
        "    if not found.name.endswith('__main__'):\n"
        "        importlib.import_module(found.name)\n"
        "assert all(callable(getattr(fairkit, name)) for name in fairkit.__all__ if name != '__version__')\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
