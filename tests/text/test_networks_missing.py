"""Without torch or transformers the rest of fairkit.text works, and what needs them says what to install."""

from __future__ import annotations

import subprocess
import sys

import pytest

from fairkit.errors import MissingDependencyError
from fairkit.text import load_classifier


def told(missing, code):
    """Run code where a package is not installed, and return what it prints."""
    blocked = (
        f"import sys\nsys.modules[{missing!r}] = None\nfrom fairkit.errors import MissingDependencyError\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", blocked + code], capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout


def test_without_torch_networks_say_what_to_install():
    """Lexicons are there; a network is asked for in vain, and the error has the command that helps."""
    found = told(
        "torch",
        """
from fairkit.text import LexiconMask, Sensitivities, explain, sensitivities
print(LexiconMask(["she"]).spans("And she"))
for name in ("load_classifier", "from_module", "Embedded"):
    try:
        getattr(__import__("fairkit.text", fromlist=[name]), name)
    except MissingDependencyError as error:
        print(error)
try:
    sensitivities(None, ["she"], protected=LexiconMask(["she"]))
except MissingDependencyError as error:
    print(error)
""",
    )
    assert found.count("pip install 'fairkit[text]'") == 4
    assert found.startswith("[(4, 7)]")


def test_without_transformers_folders_say_what_to_install(tmp_path, monkeypatch):
    """A folder of a model cannot be read without transformers."""
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(
        MissingDependencyError, match=r"torch and transformers: pip install 'fairkit\[text\]'"
    ):
        load_classifier(tmp_path)
