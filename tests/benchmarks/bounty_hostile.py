"""How long hostile submissions keep the reader busy: the slowest predicates, claim files and ONNX files.

Each is refused; what counts is how soon. Predicates are fitted to the columns of a bounty, as a claim's are.
Best of three each; nothing is asserted. The budget is 10 ms for a predicate.

    python tests/benchmarks/bounty_hostile.py
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / folder) for folder in ("plugins", "bounty/claims")]

from test_hostile_predicates import ALL, COLUMNS, claim  # noqa: E402
from test_onnx_checking import ACROSS_ROWS, HOSTILE  # noqa: E402

from bounty.claims.files import claim_of  # noqa: E402
from bounty.claims.files.documents import document_of  # noqa: E402
from bounty.claims.onnx_models import check_model  # noqa: E402
from bounty.rows.subgroups import Subgroup  # noqa: E402
from fairkit.errors import ClaimError  # noqa: E402

K64 = 65_000
FILES = {
    "dots in a key": ("a." * (K64 // 2) + "a = 1", ".toml"),
    "256 dots in each key": ("".join(f"{'a.' * 250}b{i} = 1\n" for i in range(120)), ".toml"),
    "brackets": ("a = " + "[" * K64, ".toml"),
    "an open text": ('a = """' + '\\"""' * (K64 // 4), ".toml"),
    "many tables": ("[[a]]\n" * (K64 // 6), ".toml"),
    "many keys": ("".join(f"k{i} = 1\n" for i in range(K64 // 12)), ".toml"),
    "brackets in YAML": ("a: " + "[" * K64, ".yaml"),
    "512 brackets in YAML": ("a: " + "[" * 511 + "x" * (K64 - 600), ".yaml"),
    "the billion laughs": ("a: &a [x]\n" + "".join(f"b{i}: [*a, *a]\n" for i in range(3_000)), ".yaml"),
    "many lines of YAML": ("".join(f"k{i}: v\n" for i in range(K64 // 12)), ".yaml"),
    "a long text in YAML": ("a: " + "b " * (K64 // 2), ".yaml"),
    "escapes in YAML": ('a: "' + "\\n" * (K64 // 2 - 10) + '"', ".yaml"),
    "keys asked for in YAML": ("? " * 2_000 + "a", ".yaml"),
    "comments in YAML": ("#\n" * (K64 // 2), ".yaml"),
}


def best(act: Callable[[], object]) -> float:
    """Give the least of three times, in milliseconds; what is not refused is said."""
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        try:
            act()
        except ClaimError:
            times.append(time.perf_counter() - begun)
        else:
            return float("inf")
    return 1000 * min(times)


def table(title: str, times: dict[str, float], shown: int = 8) -> None:
    """Print the slowest."""
    print(f"{title}: {len(times)} refused, the slowest")
    for name, spent in sorted(times.items(), key=lambda item: -item[1])[:shown]:
        print(f"  {spent:>9.2f} ms  {name}")


def main() -> None:
    """Time everything."""
    named = {f"{text[:40]!r} ({len(text):,} characters)": text for text in ALL}
    table(
        "predicates",
        {name: best(lambda text=text: Subgroup.of(text, COLUMNS)) for name, text in named.items()},
    )
    unread = {
        name: text for name, text in named.items() if best(lambda text=text: claim_of(claim(text))) < 1e9
    }
    table(
        "predicates in claims",
        {name: best(lambda text=text: claim_of(claim(text))) for name, text in unread.items()},
    )
    table(
        "claim files",
        {
            name: best(lambda text=text, suffix=suffix: claim_of(document_of(text.encode(), suffix)))
            for name, (text, suffix) in FILES.items()
        },
        shown=len(FILES),
    )
    models = {name: made for name, (made, _) in HOSTILE.items()} | ACROSS_ROWS
    contents = {
        name: made if isinstance(made, bytes) else made.SerializeToString() for name, made in models.items()
    }
    table("ONNX files", {name: best(lambda made=made: check_model(made)) for name, made in contents.items()})


if __name__ == "__main__":
    main()
