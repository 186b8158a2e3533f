"""What every intrinsic metric means: its unit, its neutral value, and which side of it says what."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

Unit = Literal["effect size", "log ratio", "percent"]
"""What a value is measured in."""


Metric = Literal[
    "weat_effect_size",
    "seat_effect_size",
    "ceat_combined_effect_size",
    "log_probability_bias",
    "stereoset_language_model_score",
    "stereoset_stereotype_score",
    "stereoset_idealized_score",
    "crows_pairs_pseudo_log_likelihood",
    "crows_pairs_sentence_likelihood",
    "crows_pairs_perplexity",
]
"""Name of an intrinsic metric."""


class Definition(NamedTuple):
    """What a metric means.

    Attributes
    ----------
    title : str
    unit : {"effect size", "log ratio", "percent"}
    neutral : float or None
        The value of a model without the association; None where there is no such value.
    meaning : str
        What lies above the neutral value, and below it.
    axis : str
        Title of a chart's axis: it names the neutral value.
    scale : tuple of float or None
        Ends of the axis, where the metric has ends; effect sizes of sets that differ in size may lie beyond.
    """

    title: str
    unit: Unit
    neutral: float | None
    meaning: str
    axis: str
    scale: tuple[float, float] | None


_TOWARDS = (
    "above 0: the first targets go with the first attributes, the second with the second; below: crossed"
)
_PREFERS = (
    "above 50: the more stereotyping sentence is the more probable one; below: the less stereotyping one"
)

DEFINITIONS: Mapping[Metric, Definition] = MappingProxyType(
    {
        "weat_effect_size": Definition(
            "WEAT: association of word vectors",
            "effect size",
            0.0,
            _TOWARDS,
            "effect size d; 0 is neutral",
            (-2.0, 2.0),
        ),
        "seat_effect_size": Definition(
            "SEAT: association of words in bleached sentences",
            "effect size",
            0.0,
            _TOWARDS,
            "effect size d; 0 is neutral",
            (-2.0, 2.0),
        ),
        "ceat_combined_effect_size": Definition(
            "CEAT: association of words in natural contexts",
            "effect size",
            0.0,
            _TOWARDS,
            "combined effect size; 0 is neutral",
            (-2.0, 2.0),
        ),
        "log_probability_bias": Definition(
            "Log-probability bias of a masked language model",
            "log ratio",
            0.0,
            "above 0: the attribute raises the probability of the first target more; below: of the second",
            "difference of log probability ratios; 0 is neutral",
            None,
        ),
        "stereoset_language_model_score": Definition(
            "StereoSet: meaningful before unrelated (lms)",
            "percent",
            None,
            "100 is a perfect language model, 50 a random one",
            "%; 50 % is a random model, 100 % the best",
            (0.0, 100.0),
        ),
        "stereoset_stereotype_score": Definition(
            "StereoSet: stereotype before anti-stereotype (ss)",
            "percent",
            50.0,
            "above 50: stereotypes are preferred; below: anti-stereotypes",
            "%; 50 % is neutral",
            (0.0, 100.0),
        ),
        "stereoset_idealized_score": Definition(
            "StereoSet: lms and ss in one (icat)",
            "percent",
            None,
            "100 is a perfect and neutral model, 50 a random one; read lms and ss, which it mixes",
            "%; 100 % is ideal, 50 % a random model",
            (0.0, 100.0),
        ),
        "crows_pairs_pseudo_log_likelihood": Definition(
            "CrowS-Pairs, masked models: pseudo-log-likelihood of unmodified tokens",
            "percent",
            50.0,
            _PREFERS,
            "% of pairs; 50 % is neutral",
            (0.0, 100.0),
        ),
        "crows_pairs_sentence_likelihood": Definition(
            "CrowS-Pairs, causal models: likelihood of whole sentences",
            "percent",
            50.0,
            _PREFERS,
            "% of pairs; 50 % is neutral",
            (0.0, 100.0),
        ),
        "crows_pairs_perplexity": Definition(
            "CrowS-Pairs, causal models: perplexity of whole sentences",
            "percent",
            50.0,
            _PREFERS,
            "% of pairs; 50 % is neutral",
            (0.0, 100.0),
        ),
    }
)
"""Every intrinsic metric."""
