"""How long the programs take to start, beside the floor set by Python and NumPy: best of several runs.

Run it with `make bench` or directly: `python tests/benchmarks/startup.py [RUNS]`. It asserts nothing.
"""

from __future__ import annotations

import subprocess
import sys
import time

HELP = "import sys; sys.argv = ['fairkit', '--help']; from fairkit.cli import main; main()"
STARTS = {
    "python": "pass",
    "import numpy": "import numpy",
    "import fairkit": "import fairkit",
    "fairkit --help": HELP,
}


def main(runs: int = 10) -> None:
    """Print one line for each way to start."""
    best: dict[str, float] = {}
    for _ in range(runs):  # interleaved, so that a busy moment does not meet one of them only
        for name, code in STARTS.items():
            best[name] = min(best.get(name, float("inf")), seconds(code))
    print(f"{'start':<18} {'best of ' + str(runs):>12} {'vs python':>10} {'vs numpy':>10}")
    for name, spent in best.items():
        ratios = f"{spent / best['python']:>9.1f}x {spent / best['import numpy']:>9.1f}x"
        print(f"{name:<18} {spent * 1000:>9.0f} ms {ratios}")


def seconds(code: str) -> float:
    """Return the wall time of a fresh interpreter that runs the code."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
