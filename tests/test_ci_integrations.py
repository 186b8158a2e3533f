"""What runs fairkit in CI: the composite action, the workflows, the hooks, and the examples in docs/ci.md."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
from pre_commit.clientlib import load_config, load_manifest
from ruamel.yaml import YAML

from fairkit.cli import program

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".github/actions/check"
POLICIES = "docs/examples/policies"
GUIDE = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n# (\S+)\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail")


def loaded(text):
    """Read YAML as GitHub and GitLab do: by version 1.2, in which `on` is a text."""
    return YAML(typ="safe").load(text)


ACTION = loaded((FOLDER / "action.yml").read_text(encoding="utf-8"))
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"]}


def offences(schema, content):
    """Hold a file's content against a schema of its platform, as check-jsonschema ships it."""
    file = resources.files("check_jsonschema").joinpath("builtin_schemas", "vendor", f"{schema}.json")
    rules = json.loads(file.read_text(encoding="utf-8"))
    checker = jsonschema.validators.validator_for(rules)(rules)
    return [f"{error.json_path}: {error.message}" for error in checker.iter_errors(content)]


def test_the_action_and_the_workflows_are_valid():
    """The files keep to GitHub's schemas, and give the action only inputs that it has."""
    assert offences("github-actions", ACTION) == []
    files = sorted((ROOT / ".github/workflows").glob("*.yml"))
    assert len(files) > 1
    for file in files:
        content = loaded(file.read_text(encoding="utf-8"))
        assert offences("github-workflows", content) == []
        assert set(given(content)) <= set(ACTION["inputs"])


def given(workflow):
    """List the inputs that a workflow gives the action."""
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    return [name for step in steps if step.get("uses", "").split("@")[0].endswith("/actions/check")
            for name in step["with"]]  # fmt: skip


@pytest.mark.parametrize(("name", "text"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_the_examples_of_the_guide_are_valid(name, text, tmp_path):
    """What a reader would copy is valid for the program that reads it."""
    if name == ".pre-commit-config.yaml":
        (tmp_path / name).write_text(text, encoding="utf-8")
        (repository,) = load_config(tmp_path / name)["repos"]
        hooks = {hook["id"] for hook in load_manifest(ROOT / ".pre-commit-hooks.yaml")}
        assert {hook["id"] for hook in repository["hooks"]} == hooks
    elif name == ".gitlab-ci.yml":
        assert offences("gitlab-ci", loaded(text)) == []
    else:
        assert offences("github-workflows", loaded(text)) == []
        assert given(loaded(text))
        assert set(given(loaded(text))) <= set(ACTION["inputs"])


def test_hooks_call_commands_that_there_are():
    """The entry of each hook is a command of fairkit, with options that it has."""
    for hook in load_manifest(ROOT / ".pre-commit-hooks.yaml"):
        name, *words = hook["entry"].split()
        assert name == "fairkit"
        found = program
        for word in words:
            found = found.get_command(found.make_context(word, [], resilient_parsing=True), word)
            assert found is not None, hook["entry"]


def test_the_guide_has_every_input():
    """The guide names each input of the action, and every option that its examples use exists."""
    assert [name for name in ACTION["inputs"] if f"`{name}`" not in GUIDE] == []
    context = program.make_context("fairkit", [], resilient_parsing=True)
    options = {option for one in program.get_command(context, "check").params for option in one.opts}
    used = set(re.findall(r"(?<= )--[a-z-]+", "\n".join(re.findall(r"fairkit check.*", GUIDE))))
    assert used <= options


def test_no_input_is_a_part_of_a_script():
    """Scripts read their inputs from the environment, so that no value becomes a command."""
    assert not any("${{" in step.get("run", "") for step in STEPS.values())
    read = re.findall(r"inputs\.([\w-]+)", (FOLDER / "action.yml").read_text(encoding="utf-8"))
    assert set(read) == set(ACTION["inputs"])


def run_step(name, folder, environment):
    """Run the script of a step as GitHub does."""
    script = folder / "step.sh"
    script.write_text(STEPS[name]["run"], encoding="utf-8")
    return subprocess.run(
        [*BASH, script], cwd=ROOT, env={**os.environ, "RUNNER_TEMP": str(folder), **environment},
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip


def run_check(folder, **inputs):
    """Run the action's check, and return how it ended, its outputs and the summary of its step."""
    output, summary = folder / "output", folder / "summary.md"
    output.write_text("", encoding="utf-8")
    summary.write_text("", encoding="utf-8")
    values = {name: about["default"] for name, about in ACTION["inputs"].items()}
    values |= {name.replace("_", "-"): value for name, value in inputs.items()}
    expression = re.compile(r"\$\{\{ inputs\.([\w-]+) \}\}")
    step = STEPS["Check"]["env"]
    environment = {name: expression.sub(lambda found: values[found[1]], text) for name, text in step.items()}
    environment |= {
        "FAIRKIT_PROGRAM": str(Path(sys.executable).with_name("fairkit")),
        "GITHUB_ACTIONS": "true",
        "GITHUB_OUTPUT": str(output),
        "GITHUB_STEP_SUMMARY": str(summary),
    }
    found = run_step("Check", folder, environment)
    lines = output.read_text(encoding="utf-8").splitlines()
    return found, dict(line.split("=", 1) for line in lines), summary.read_text(encoding="utf-8")


def test_the_action_writes_what_is_asked_for_and_only_reports(tmp_path):
    """Every file that an input names is written, further arguments come one a line, and the verdict stays."""
    names = ("gate", "junit", "sarif", "markdown", "html")
    files = {name: str(tmp_path / f"a b.{name}") for name in names}
    report = tmp_path / "saved report.json"
    found, outputs, summary = run_check(
        tmp_path,
        policy=f"{POLICIES}/hiring.toml",
        args=f"--save-report={report}\n--today\n2026-11-21\n",
        exit_zero="true",
        **files,
    )
    assert found.returncode == 0, found.stderr
    assert outputs == {"exit-code": "0", "verdict": "fail"}
    assert all(Path(file).stat().st_size > 100 for file in files.values())
    assert json.loads(Path(files["gate"]).read_text(encoding="utf-8"))["exit_code"] == 1
    assert summary.startswith("## ◆ fail (exit 1): hiring")
    assert f"::error file={POLICIES}/hiring.toml,line=" in found.stdout + found.stderr

    again, outputs, _ = run_check(tmp_path, policy=f"{POLICIES}/hiring.toml", report=f"{report}\n")
    assert again.returncode == 1, again.stderr
    assert outputs == {"exit-code": "1", "verdict": "fail"}


@pytest.mark.parametrize(
    ("policy", "code", "verdict"), [("sites", 0, "pass"), ("small-groups", 3, "inconclusive")]
)
def test_the_action_ends_as_the_check_does(policy, code, verdict, tmp_path):
    """The step has the exit code of the check, and says it in its outputs and its summary."""
    found, outputs, summary = run_check(tmp_path, policy=f"{POLICIES}/{policy}.toml")
    assert found.returncode == code, found.stderr
    assert outputs == {"exit-code": str(code), "verdict": verdict}
    assert f"{verdict} (exit {code})" in summary


def test_no_input_becomes_a_command(tmp_path):
    """Values that a shell would run are only names, of files that are not there: the step ends with 2."""
    mark = tmp_path / "run by a shell"
    hostile = f'$(touch "{mark}")`touch "{mark}"`"; touch "{mark}"; \'\n; touch "{mark}"\n'
    inputs = {name.replace("-", "_"): hostile for name in ACTION["inputs"] if name != "args"}
    found, outputs, _ = run_check(tmp_path, **inputs, args="--today\n2026-11-21; touch x")
    assert found.returncode == 2, found.stderr
    assert outputs == {"exit-code": "2", "verdict": "error"}
    assert not mark.exists()


def test_the_action_installs_what_it_is_told_to(tmp_path):
    """Fairkit goes into an environment of its own, whose program the next step runs."""
    wheel, output = tmp_path / "fairkit-9.9-py3-none-any.whl", tmp_path / "output"
    content = {
        "stand_in.py": "def main():\n    print('installed')\n",
        "fairkit-9.9.dist-info/METADATA": "Metadata-Version: 2.1\nName: fairkit\nVersion: 9.9\n",
        "fairkit-9.9.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "fairkit-9.9.dist-info/entry_points.txt": "[console_scripts]\nfairkit=stand_in:main\n",
        "fairkit-9.9.dist-info/RECORD": "",
    }
    with zipfile.ZipFile(wheel, "w") as made:
        for name, text in content.items():
            made.writestr(name, text)
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "INPUT_INSTALL": str(wheel),
        "GITHUB_ACTION_PATH": "/no/such/folder",
        "GITHUB_OUTPUT": str(output),
        "PIP_NO_INDEX": "1",
    }
    found = run_step("Install fairkit", tmp_path, environment)
    assert found.returncode == 0, found.stderr
    installed = output.read_text(encoding="utf-8").strip().removeprefix("program=")
    told = subprocess.run([installed], capture_output=True, text=True, check=True).stdout
    assert told == "installed\n"
