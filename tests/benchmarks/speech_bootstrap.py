"""Time the bootstrap over speakers against a plain loop over replicates, in one run.

    python tests/benchmarks/speech_bootstrap.py

5,000 speakers in 50 accents, 1,000 replicates: seconds of each, and how many times the loop takes as long.
Also the shuffles of the gap between accents, 2,000 of the same speakers.
"""

import argparse
import time

import numpy as np

from fairkit.inference import cluster_replicates
from fairkit.speech.gaps import gap_null
from fairkit.speech.utterances import Stamp, Utterances


def looped(sums, group, accents, replicates, rng):
    """Resample the speakers of each accent, replicate by replicate."""
    members = [np.flatnonzero(group == accent) for accent in range(accents)]
    found = np.zeros((replicates, accents, sums.shape[1]))
    for replicate in range(replicates):
        for accent, own in enumerate(members):
            found[replicate, accent] = sums[rng.choice(own, len(own))].sum(axis=0)
    return found


def best(call, times):
    """Return the least time of some calls, in seconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return min(taken)


def benchmark(speakers=5_000, accents=50, replicates=1_000, *, times=5):
    """Print seconds and ratios."""
    rng = np.random.default_rng(0)
    said = rng.poisson(400, speakers)
    errors = rng.poisson(said * 0.15 * np.exp(rng.normal(0, 0.5, speakers)))
    sums = np.column_stack([errors, said]).astype(float)
    group = np.arange(speakers) % accents
    fast = best(lambda: cluster_replicates(sums, group, accents, replicates=replicates, rng=rng), times)
    slow = best(lambda: looped(sums, group, accents, replicates, rng), 1)
    print(f"{speakers:,} speakers, {accents} accents, {replicates:,} replicates")
    print(f"cluster_replicates  {fast:8.3f} s")
    print(f"plain loop          {slow:8.3f} s  {slow / fast:6.1f} x")
    edits = np.column_stack([np.maximum(said - errors, 0), np.minimum(errors, said), 0 * said, 0 * said])
    none = np.zeros((speakers, 1, 1), bool)
    utterances = Utterances(
        ("asr",), (Stamp("none", "1", ""),), "words", np.arange(speakers).astype(str), np.arange(speakers),
        tuple(map(str, range(speakers))), ("accent",), (tuple(f"{i:03d}" for i in range(accents)),),
        group[:, None], edits[:, None, None].astype(np.int32), np.ones(speakers, bool), none[:, 0], none,
        none[:, 0], none,
    )  # fmt: skip
    names = [f"accent={i}" for i in range(accents)]
    shuffled = best(lambda: gap_null(utterances, "accent", group, names, shuffles=2_000), 1)
    print(f"gap, 2,000 shuffles {shuffled:8.3f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--speakers", type=int, default=5_000)
    parser.add_argument("--accents", type=int, default=50)
    parser.add_argument("--replicates", type=int, default=1_000)
    asked = parser.parse_args()
    benchmark(asked.speakers, asked.accents, asked.replicates)
