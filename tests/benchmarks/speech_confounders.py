"""Time of adjusting and matching 200,000 utterances of 5,000 speakers in 50 accents, processor seconds.

Run it as ``python tests/benchmarks/speech_confounders.py``. The ratio is to one fit of the same regression on
utterances one by one by statsmodels, which is what the sums by speaker save.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import statsmodels.api as sm

sys.path.insert(0, str(Path(__file__).parents[1] / "plugins"))
from confounded_speech import utterances_of

from fairkit.speech.adjust import adjusted_ratios
from fairkit.speech.matching import matches

UTTERANCES, SPEAKERS, ACCENTS = 200_000, 5_000, 50


def drawn():
    """Draw utterances with a sex, a noise, a device, an age and a duration."""
    rng = np.random.default_rng(0)
    speaker = rng.integers(0, SPEAKERS, UTTERANCES)
    said, noise = rng.integers(3, 25, UTTERANCES), rng.integers(0, 2, UTTERANCES)
    rate = 0.1 * np.exp(rng.normal(0, 0.5, SPEAKERS))
    attributes = {
        "accent": [f"a{x:02}" for x in speaker % ACCENTS],
        "sex": [f"s{x}" for x in speaker // ACCENTS % 2],
        "noise": [f"n{x}" for x in noise],
        "device": [f"d{x}" for x in rng.integers(0, 5, UTTERANCES)],
    }
    columns = {"age": rng.normal(45, 10, SPEAKERS)[speaker], "duration": said * 0.4 + rng.random(UTTERANCES)}
    errors = rng.poisson(rate[speaker] * said * (1 + noise))
    return utterances_of(errors, said, speaker, attributes=attributes, covariates=columns)


def by_hand(utterances):
    """Fit the regression on every utterance, with statsmodels alone."""
    accent, device = utterances.group("accent"), utterances.group("device")
    design = np.column_stack(
        [
            np.ones(UTTERANCES),
            accent[:, None] == np.arange(1, ACCENTS),
            utterances.group("sex"),
            utterances.group("noise"),
            device[:, None] == np.arange(1, 5),
        ]
    ).astype(np.float64)
    said, errors = utterances.said()[:, 0, 0], utterances.errors()[:, 0, 0]
    model = sm.GLM(errors, design, family=sm.families.Poisson(), offset=np.log(said))
    return model.fit(cov_type="cluster", cov_kwds={"groups": utterances.speakers})


def main() -> None:
    """Print processor seconds, and how often each fits into the time of the regression by hand."""
    utterances = drawn()
    few = ["sex", "noise", "device"]
    tasks = {
        "statsmodels on utterances: sex, noise, device": lambda: by_hand(utterances),
        "adjusted: sex, noise, device": lambda: adjusted_ratios(utterances, "accent", few),
        "adjusted: and length": lambda: adjusted_ratios(utterances, "accent", [*few, "length"]),
        "adjusted: sex, noise, age, log(duration)": lambda: adjusted_ratios(
            utterances, "accent", ["sex", "noise", "age", "log(duration)"]
        ),
        "adjusted: against the rest": lambda: adjusted_ratios(utterances, "accent", few, reference="rest"),
        "matched: sex, noise, length": lambda: matches(utterances, "accent", ["sex", "noise", "length"]),
    }
    base = None
    for name, task in tasks.items():
        start = time.process_time()
        task()
        took = time.process_time() - start
        base = took if base is None else base
        print(f"{name:48} {took:7.2f} s {base / took:7.1f} x")


if __name__ == "__main__":
    main()
