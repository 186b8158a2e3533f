"""Whisper's own English normaliser, loaded from the installed package without importing torch."""

from __future__ import annotations

import importlib.util
import os
import sys
import warnings
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

import pytest

_NAME = "whisper_normalizers_alone"


def whisper_normalizers():
    """Load the folder whisper/normalizers as a package of its own, once."""
    if _NAME not in sys.modules:
        pytest.importorskip("more_itertools")
        pytest.importorskip("regex")
        try:
            found = [path for path in files("openai-whisper") or [] if path.match("normalizers/__init__.py")]
        except PackageNotFoundError:
            if os.environ.get("FAIRKIT_REQUIRE"):  # where nothing may be skipped unseen, it must be installed
                raise
            # tests/plugins/no_hidden_skips.py lets a module be skipped only for a package that is missing.
            pytest.skip("could not import 'openai-whisper': it is not installed", allow_module_level=True)
        home = Path(str(found[0].locate()))
        spec = importlib.util.spec_from_file_location(
            _NAME, home, submodule_search_locations=[str(home.parent)]
        )
        module = importlib.util.module_from_spec(spec)
        sys.modules[_NAME] = module
        spec.loader.exec_module(module)
    return sys.modules[_NAME]


def whisper_english():
    """Make Whisper's normaliser."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # it leaves its list of spellings open
        return whisper_normalizers().EnglishTextNormalizer()
