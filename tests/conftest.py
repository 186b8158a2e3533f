"""Fixtures that any test may use, and the settings of hypothesis."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# Workers share the cores: threads of networks and of boosted trees would wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Shared machines stall now and then, and a deadline would report the machine. CI draws the same examples
# every time.
settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, max_examples=20)
settings.load_profile("ci" if os.environ.get("CI") else "default")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of real public data; where there is none, the test is skipped, visibly."""
    root = Path(__file__).parents[1]
    folder = root / os.environ.get("FAIRKIT_DATA", "../shared/data")
    if not folder.is_dir():
        pytest.skip(f"real data not found at {folder}; set FAIRKIT_DATA")
    return folder.resolve()


# --- skips ---
# Where FAIRKIT_REQUIRE says that a test must run, skipping it fails (tests/plugins/no_hidden_skips.py).
# --- engines ---
# `frame_of` gives the same rows as every kind of frame and file (tests/plugins/frame_engines.py); a new
# engine, such as Dask or Spark, is one function there.
pytest_plugins = ["no_hidden_skips", "frame_engines", "sensitivity_guide"]
