"""Comparing recognisers, beside counting the same utterances once, in one run.

200,000 utterances of three systems, 50 accents, 5,000 speakers. Times are of the processor.

    python tests/benchmarks/releases.py
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from fairkit.groups import groupings
from fairkit.kinds import Kind
from fairkit.metrics import CATALOGUE, metric
from fairkit.speech.counting import word_counts
from fairkit.speech.releases import release_contrasts, release_gap_changes
from fairkit.speech.utterances import Stamp, Utterances


def drawn(n: int, systems: int, accents: int, speakers: int) -> Utterances:
    """Draw utterances whose speakers differ."""
    rng = np.random.default_rng(0)
    said, speaker = rng.poisson(11, n) + 1, rng.integers(0, speakers, n)
    rate = 0.15 * np.exp(rng.normal(0, 0.5, speakers))
    edits = np.zeros((n, systems, 1, 4), np.int32)
    for s in range(systems):
        wrong = rng.binomial(said, np.minimum(rate[speaker] * (1 - 0.1 * s), 0.9))
        edits[:, s, 0] = np.stack([said - wrong, wrong, 0 * wrong, rng.poisson(0.2, n)], axis=1)
    none = np.zeros((n, systems, 1), bool)
    return Utterances(
        tuple(f"s{i}" for i in range(systems)),
        (Stamp("none", "1", ""),),
        "words",
        np.arange(n).astype(str).astype(object),
        speaker,
        tuple(f"p{i}" for i in range(speakers)),
        ("accent",),
        (tuple(f"a{i:02d}" for i in range(accents)),),
        (speaker % accents)[:, None],
        edits,
        np.ones(n, bool),
        none[..., 0],
        none,
        none[:, 0],
        none,
    )


def timed(what: Callable[[], object]) -> float:
    """Return the processor's seconds, the least of three."""
    times = []
    for _ in range(3):
        start = time.process_time()
        what()
        times.append(time.process_time() - start)
    return min(times)


def main() -> None:
    """Print the times and their ratios."""
    utterances, accent = drawn(200_000, 3, 50, 5_000), groupings("accent")[0]
    base = timed(lambda: word_counts(utterances))
    print(f"counting: {base:.2f} s")
    one, every = [metric("word_error_rate", kind=Kind.WORDS)], list(CATALOGUE[Kind.WORDS].values())
    for name, metrics in (("word_error_rate", one), ("all metrics", every)):
        for ask in (release_contrasts, release_gap_changes):
            took = timed(lambda ask=ask, metrics=metrics: ask(utterances, accent, metrics))  # type: ignore[misc]
            print(f"{ask.__name__}, {name}: {took:.2f} s, {took / base:.1f} x counting")


if __name__ == "__main__":
    main()
