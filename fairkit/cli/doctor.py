"""`fairkit doctor`: what is installed, what is missing, and how to get it.

Versions are read from the packages' metadata; nothing is imported, so a broken package cannot break the
doctor.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from importlib import metadata
from types import MappingProxyType
from typing import Any, NamedTuple

import click

from fairkit import __version__
from fairkit.cli.contract import ExitCode
from fairkit.cli.outputs import emit, is_colored, text_width
from fairkit.cli.pages import Command

CORE: tuple[str, ...] = (
    "numpy>=2.0",
    "scipy>=1.13",
    "pandas>=2.2",
    "narwhals>=2.0",
    "pyarrow>=16",
    "duckdb>=1.1",
    "statsmodels>=0.14.2",
    "scikit-learn>=1.5",
    "fairlearn>=0.13",
    "jiwer>=3.1",
    "rapidfuzz>=3.9",
    "regex>=2024.4",
    "click>=8.1",
    "rich>=13.7",
    "altair>=5.4",
    "jinja2>=3.1",
    "markupsafe>=2.1",
    "vl-convert-python>=1.6",
)
"""What fairkit always needs, as in pyproject.toml (a test holds that)."""

EXTRAS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "polars": ("polars>=1.30",),
        "spark": ("pyspark>=3.5",),
        "dask": ("dask>=2024.8",),
        "text": ("torch>=2.4", "transformers>=4.44"),
        "bounty": (
            "fastapi>=0.115",
            "uvicorn>=0.30",
            "sqlalchemy>=2.0.30",
            "alembic>=1.13",
            "httpx>=0.27",
            "onnx>=1.16",
            "onnxruntime>=1.18",
            "pyyaml>=6",
            "cryptography>=42",
        ),
        "dashboard": ("streamlit>=1.67",),
        "private": ("opendp>=0.12", "dp-accounting>=0.4", "opacus>=1.5", "mpyc>=0.10"),
        "federated": ("flwr>=1.11",),
        "acs": ("folktables>=0.0.12",),
        "speech-data": ("pocketsphinx>=5.0",),
        "tagger": ("HanTa>=1.1",),
    }
)
"""What some parts need, by the extra that installs it, as in pyproject.toml."""

_ENGINES = {
    "pandas": "pandas",
    "Polars": "polars",
    "DuckDB": "duckdb",
    "Arrow": "pyarrow",
    "Spark": "pyspark",
    "Dask": "dask",
}
_SETTINGS = ("FAIRKIT_DATA", "FAIRKIT_CACHE", "FAIRKIT_DEBUG", "NO_COLOR")


class Dependency(NamedTuple):
    """A package that fairkit uses, and in which state it is: ``ok``, ``missing`` or ``too-old``."""

    name: str
    needed: str
    version: str | None
    state: str
    extra: str | None
    get: str | None


@click.command(
    "doctor",
    cls=Command,
    examples=[
        "fairkit doctor",
        "fairkit doctor --json",
        "fairkit doctor --crash",
    ],
    short_help="Show versions, what is installed, and what is missing.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.option("--crash", is_flag=True, help="Crash on purpose, to see what a pipeline makes of exit code 70.")
def command(*, as_json: bool, crash: bool) -> int:
    """Show versions, what is installed, and what is missing.

    Ends with 2 when something is missing that fairkit always needs, and with 0 when only extras are. With
    --crash it ends as a bug in fairkit would, so that a team can try what its pipeline does then: 70 says
    nothing about a model, and must not be taken for a failed or a passed one.
    """
    if crash:
        raise RuntimeError("raised on purpose by 'fairkit doctor --crash', nothing to report")
    found = examination()
    emit(json.dumps(found, indent=2) if as_json else _text(found, width=text_width()))
    return ExitCode.FINE if found["healthy"] else ExitCode.CANNOT_JUDGE


def examination() -> dict[str, Any]:
    """Look at everything the doctor knows, as plain data.

    Examples
    --------
    >>> found = examination()
    >>> found["healthy"], [engine["name"] for engine in found["engines"]][:3]
    (True, ['pandas', 'Polars', 'DuckDB'])
    """
    core = [_dependency(requirement, None) for requirement in CORE]
    optional = [_dependency(requirement, extra) for extra, names in EXTRAS.items() for requirement in names]
    states = {dependency.name: dependency for dependency in core + optional}
    java = shutil.which("java") or _java_of_home()
    engines = []
    for name, package in _ENGINES.items():
        state = states[package].state
        lacks = [] if state == "ok" else [states[package].get]
        if name == "Spark" and java is None:
            lacks.append("install a Java runtime (17 or later), or set JAVA_HOME")
        engines.append(
            {
                "name": name,
                "package": package,
                "ready": not lacks,
                "get": "; ".join(filter(None, lacks)) or None,
            }
        )
    data = os.environ.get("FAIRKIT_DATA")
    return {
        "fairkit": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "healthy": all(dependency.state == "ok" for dependency in core),
        "dependencies": [dependency._asdict() for dependency in core + optional],
        "engines": engines,
        "java": java,
        "settings": {name: os.environ.get(name) for name in _SETTINGS},
        "data_folder_exists": None if data is None else os.path.isdir(data),  # noqa: PTH112
        "terminal": {
            "stdout": sys.stdout.isatty(),
            "stderr": sys.stderr.isatty(),
            "width": text_width(),
            "colored": is_colored(),
            "encoding": sys.stdout.encoding,
        },
    }


def _dependency(requirement: str, extra: str | None) -> Dependency:
    name, _, least = requirement.partition(">=")
    try:
        version: str | None = metadata.version(name)
    except metadata.PackageNotFoundError:
        version = None
    state = "missing" if version is None else "ok" if _release(version) >= _release(least) else "too-old"
    # The package itself, which works however fairkit was installed; old ones need no --upgrade under a bound.
    get = None if state == "ok" else f'pip install "{requirement}"'
    return Dependency(name, least, version, state, extra, get)


def _release(version: str) -> tuple[int, ...]:
    """Read the numbers of a release, enough to compare it with a lower bound."""
    numbers = re.match(r"v?(?:\d+!)?(\d+(?:\.\d+)*)", version)
    return tuple(map(int, numbers[1].split("."))) if numbers else ()


def _java_of_home() -> str | None:
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=os.path.join(home, "bin")) if home else None  # noqa: PTH118


def _text(found: Mapping[str, Any], *, width: int) -> str:
    core = [d for d in found["dependencies"] if d["extra"] is None]
    optional = [d for d in found["dependencies"] if d["extra"] is not None]
    bad = [d for d in core if d["state"] != "ok"]
    terminal = found["terminal"]
    formatter = click.HelpFormatter(width=width)
    formatter.write_text(f"fairkit {found['fairkit']}, Python {found['python']}, {found['platform']}")
    for title, rows in (
        ("Always needed", [(d["name"], _state(d)) for d in core]),
        ("Optional", [(f"{d['name']} [{d['extra']}]", _state(d)) for d in optional]),
        (
            "Engines",
            [(e["name"], "ready" if e["ready"] else f"not ready: {e['get']}") for e in found["engines"]],
        ),
        ("Settings", _settings(found)),
        (
            "Terminal",
            [
                ("standard output", "a terminal" if terminal["stdout"] else "a file or a pipe"),
                ("colours", "on" if terminal["colored"] else "off"),
                ("width", str(terminal["width"])),
                ("encoding", str(terminal["encoding"])),
            ],
        ),
    ):
        with formatter.section(title):
            formatter.write_dl(rows)
    formatter.write_paragraph()
    formatter.write_text(
        f"Not healthy: {', '.join(d['name'] for d in bad)}. Mend it with: "
        f"pip install {' '.join(d['get'].removeprefix('pip install ') for d in bad if d['get'])}"
        if bad
        else "Healthy: everything that fairkit always needs is there."
    )
    return formatter.getvalue()


def _state(dependency: Mapping[str, Any]) -> str:
    if dependency["state"] == "ok":
        return str(dependency["version"])
    found = "missing" if dependency["version"] is None else f"{dependency['version']} is too old"
    return f"{found} (needs {dependency['needed']}): {dependency['get']}"


def _settings(found: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    rows = [(name, "not set" if value is None else value) for name, value in found["settings"].items()]
    if found["data_folder_exists"] is False:
        rows[0] = (rows[0][0], f"{rows[0][1]} (there is no such folder)")
    return [*rows, ("java", found["java"] or "not found")]
