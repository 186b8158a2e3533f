"""Intrinsic metrics: what a model associates, read from its vectors and its probabilities.

Each metric has an interval, its neutral value and a list of what was lost; there is no total. Names are
loaded when first used: torch and transformers are needed by what reads a network, and by nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairkit._lazily import loaded_lazily

if TYPE_CHECKING:
    from fairkit.text.intrinsic.ceat_effects import ceat as ceat
    from fairkit.text.intrinsic.comparing import side_by_side as side_by_side
    from fairkit.text.intrinsic.contexts import contextual_vectors as contextual_vectors
    from fairkit.text.intrinsic.crows_pairs_shares import crows_pairs as crows_pairs
    from fairkit.text.intrinsic.crows_pairs_shares import score_pairs as score_pairs
    from fairkit.text.intrinsic.encoders import Encoder as Encoder
    from fairkit.text.intrinsic.items import CrowsPair as CrowsPair
    from fairkit.text.intrinsic.items import StereoSetItem as StereoSetItem
    from fairkit.text.intrinsic.language_models import load_language_model as load_language_model
    from fairkit.text.intrinsic.log_probability import log_probability_bias as log_probability_bias
    from fairkit.text.intrinsic.model import Association as Association
    from fairkit.text.intrinsic.model import Associations as Associations
    from fairkit.text.intrinsic.model import Extrinsic as Extrinsic
    from fairkit.text.intrinsic.model import associations_of as associations_of
    from fairkit.text.intrinsic.seat_effects import seat as seat
    from fairkit.text.intrinsic.serialize import load_associations as load_associations
    from fairkit.text.intrinsic.sets import WordSets as WordSets
    from fairkit.text.intrinsic.sets import load_word_sets as load_word_sets
    from fairkit.text.intrinsic.sets import shipped_sets as shipped_sets
    from fairkit.text.intrinsic.stereoset_models import score_items as score_items
    from fairkit.text.intrinsic.stereoset_scores import stereoset as stereoset
    from fairkit.text.intrinsic.weat_effects import weat as weat

_HOME = {
    "Association": "fairkit.text.intrinsic.model",
    "Associations": "fairkit.text.intrinsic.model",
    "CrowsPair": "fairkit.text.intrinsic.items",
    "Encoder": "fairkit.text.intrinsic.encoders",
    "Extrinsic": "fairkit.text.intrinsic.model",
    "StereoSetItem": "fairkit.text.intrinsic.items",
    "WordSets": "fairkit.text.intrinsic.sets",
    "associations_of": "fairkit.text.intrinsic.model",
    "ceat": "fairkit.text.intrinsic.ceat_effects",
    "contextual_vectors": "fairkit.text.intrinsic.contexts",
    "crows_pairs": "fairkit.text.intrinsic.crows_pairs_shares",
    "load_associations": "fairkit.text.intrinsic.serialize",
    "load_language_model": "fairkit.text.intrinsic.language_models",
    "load_word_sets": "fairkit.text.intrinsic.sets",
    "log_probability_bias": "fairkit.text.intrinsic.log_probability",
    "score_items": "fairkit.text.intrinsic.stereoset_models",
    "score_pairs": "fairkit.text.intrinsic.crows_pairs_shares",
    "seat": "fairkit.text.intrinsic.seat_effects",
    "shipped_sets": "fairkit.text.intrinsic.sets",
    "side_by_side": "fairkit.text.intrinsic.comparing",
    "stereoset": "fairkit.text.intrinsic.stereoset_scores",
    "weat": "fairkit.text.intrinsic.weat_effects",
}

__all__ = [
    "Association",
    "Associations",
    "CrowsPair",
    "Encoder",
    "Extrinsic",
    "StereoSetItem",
    "WordSets",
    "associations_of",
    "ceat",
    "contextual_vectors",
    "crows_pairs",
    "load_associations",
    "load_language_model",
    "load_word_sets",
    "log_probability_bias",
    "score_items",
    "score_pairs",
    "seat",
    "shipped_sets",
    "side_by_side",
    "stereoset",
    "weat",
]

__getattr__ = loaded_lazily(__name__, _HOME)


def __dir__() -> list[str]:
    return sorted(__all__)
