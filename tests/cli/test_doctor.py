"""`fairkit doctor`: what is there, what is missing, how to get it."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import click
import pytest

from fairkit.cli.doctor import CORE, EXTRAS

ROOT = Path(__file__).parents[2]


def plain(requirement: str) -> str:
    """Leave out a requirement's extras, which are no version of it."""
    name, _, least = requirement.partition(">=")
    return f"{name.partition('[')[0]}>={least}"


def test_the_doctor_knows_the_dependencies_of_the_project():
    """What is examined is what pyproject.toml says, extras included."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert list(CORE) == [plain(requirement) for requirement in project["dependencies"]]
    extras = {
        name: [plain(requirement) for requirement in requirements]
        for name, requirements in project["optional-dependencies"].items()
        if name not in {"all", "dev"}
    }
    assert {name: list(requirements) for name, requirements in EXTRAS.items()} == extras


def test_every_version_is_the_installed_one(fairkit):
    """Versions are those of the packages' metadata, and a missing one says how to get it."""
    ended = fairkit("doctor", "--json")
    found = json.loads(ended.out)
    assert (ended.status, ended.err, found["healthy"]) == (0, "", True)
    for dependency in found["dependencies"]:
        if dependency["version"] is None:
            assert dependency["state"] == "missing"
            assert dependency["get"].startswith(f'pip install "{dependency["name"]}')
        else:
            assert dependency["version"] == metadata.version(dependency["name"])
    core = [dependency for dependency in found["dependencies"] if dependency["extra"] is None]
    assert [dependency["name"] for dependency in core] == [name.partition(">=")[0] for name in CORE]
    assert all(dependency["state"] == "ok" for dependency in core)


def test_the_text_says_the_same(fairkit):
    """Every package, engine and setting has a line."""
    found = json.loads(fairkit("doctor", "--json").out)
    ended = fairkit("doctor")
    assert ended.status == 0
    for dependency in found["dependencies"]:
        assert f"  {dependency['name']}" in ended.out
        assert (dependency["version"] or dependency["get"]) in ended.out
    for engine in found["engines"]:
        assert f"  {engine['name']}" in ended.out
    assert "Healthy: everything that fairkit always needs is there." in ended.out


def test_settings_are_shown(fairkit, folder, monkeypatch):
    """FAIRKIT_DATA is shown, and a folder that is not there is called so."""
    monkeypatch.setenv("FAIRKIT_DATA", "gone")
    assert "gone (there is no such folder)" in fairkit("doctor").out
    monkeypatch.setenv("FAIRKIT_DATA", str(folder))
    found = json.loads(fairkit("doctor", "--json").out)
    assert found["data_folder_exists"] is True
    monkeypatch.delenv("FAIRKIT_DATA")
    found = json.loads(fairkit("doctor", "--json").out)
    assert (found["settings"]["FAIRKIT_DATA"], found["data_folder_exists"]) == (None, None)


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_the_doctor_crashes_on_request(arguments, fairkit):
    """--crash ends as a bug does, with 70 and one message that says it was on purpose."""
    ended = fairkit("doctor", "--crash", *arguments)
    assert ended.status == 70
    assert "raised on purpose by 'fairkit doctor --crash'" in ended.err
    assert (json.loads(ended.out)["error"]["kind"] if arguments else ended.out) == (
        "bug" if arguments else ""
    )


def bare_doctor(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the doctor where nothing but Python, click and what lies in the folder is installed."""
    (folder / "click").symlink_to(Path(click.__file__).parent)
    (folder / "fairkit").symlink_to(ROOT / "fairkit")
    code = f"import sys; sys.path.insert(0, {str(folder)!r}); from fairkit.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def install(folder: Path, name: str, version: str) -> None:
    """Pretend nothing: write the metadata that an installed package has."""
    place = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    place.mkdir()
    (place / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8"
    )


def test_a_missing_core_package_ends_with_2(tmp_path):
    """Where numpy and others are not installed the doctor still answers, and says how to mend it."""
    done = bare_doctor(tmp_path, "doctor", "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, done.stderr, found["healthy"]) == (2, "", False)
    states = {dependency["name"]: dependency for dependency in found["dependencies"]}
    assert states["numpy"]["state"] == "missing"
    assert states["numpy"]["get"].startswith('pip install "numpy>=')
    assert not any(engine["ready"] for engine in found["engines"])


def test_an_old_core_package_ends_with_2(tmp_path):
    """A version below the oldest that works is no help; development versions count as their release."""
    for requirement in CORE:
        name, _, least = requirement.partition(">=")
        install(tmp_path, name, "0.0.1" if name == "pandas" else f"{least}.dev1+local")
    done = bare_doctor(tmp_path, "doctor")
    assert done.returncode == 2
    assert "Not healthy: pandas." in done.stdout
    assert "0.0.1 is too old (needs 2.2): pip install" in done.stdout


def test_a_command_that_lacks_a_package_says_so(tmp_path):
    """Without numpy a command ends with 2 and points to the doctor, not with a traceback."""
    done = bare_doctor(tmp_path, "metrics", "--json")
    assert done.returncode == 2
    assert "the package 'numpy' is not installed; see 'fairkit doctor'." in done.stderr
    assert json.loads(done.stdout)["error"]["kind"] == "dependency"
