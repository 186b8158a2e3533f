"""Text: what can be measured where no column says who is spoken of.

How strongly a prediction depends on what reveals a protected attribute (prediction sensitivity), what
changes when a text is rewritten with roles reversed (counterfactual swap), and how a model's associations
compare, inside (intrinsic) and in what it decides (extrinsic). Names are loaded when first used: torch and
transformers are needed by what reads a network, and by nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairkit._lazily import loaded_lazily

if TYPE_CHECKING:
    from fairkit.text.attributes.swapper import TableSwapper as TableSwapper
    from fairkit.text.attributes.table import AttributeTable as AttributeTable
    from fairkit.text.attributes.table import attribute_table as attribute_table
    from fairkit.text.attributes.table import shipped_tables as shipped_tables
    from fairkit.text.attribution import Attribution as Attribution
    from fairkit.text.attribution import explain as explain
    from fairkit.text.classifiers import TextClassifier as TextClassifier
    from fairkit.text.columns import augment as augment
    from fairkit.text.columns import swap_column as swap_column
    from fairkit.text.extrinsic.class_gaps import ClassGaps as ClassGaps
    from fairkit.text.extrinsic.class_gaps import class_gaps as class_gaps
    from fairkit.text.extrinsic.counterfactual_report import judge_counterfactuals as judge_counterfactuals
    from fairkit.text.extrinsic.counterfactuals import CounterfactualMeasures as CounterfactualMeasures
    from fairkit.text.extrinsic.counterfactuals import counterfactual_measures as counterfactual_measures
    from fairkit.text.extrinsic.expectations import PairedDifference as PairedDifference
    from fairkit.text.extrinsic.expectations import directional_failures as directional_failures
    from fairkit.text.extrinsic.expectations import paired_differences as paired_differences
    from fairkit.text.extrinsic.generation_report import judge_generations as judge_generations
    from fairkit.text.extrinsic.generations import GenerationMeasures as GenerationMeasures
    from fairkit.text.extrinsic.generations import generation_measures as generation_measures
    from fairkit.text.extrinsic.identity_aucs import identity_aucs as identity_aucs
    from fairkit.text.extrinsic.identity_results import IdentityAucs as IdentityAucs
    from fairkit.text.extrinsic.mentions import mentioned as mentioned
    from fairkit.text.extrinsic.odds_gaps import OddsGap as OddsGap
    from fairkit.text.extrinsic.odds_gaps import odds_gaps as odds_gaps
    from fairkit.text.extrinsic.overall import mean_estimates as mean_estimates
    from fairkit.text.extrinsic.polarity import GenderWords as GenderWords
    from fairkit.text.extrinsic.polarity import gender_words as gender_words
    from fairkit.text.floors import Floor as Floor
    from fairkit.text.floors import permutation_floor as permutation_floor
    from fairkit.text.judging.explaining import explain_text as explain_text
    from fairkit.text.judging.sensitivity import judge_sensitivity as judge_sensitivity
    from fairkit.text.networks.embedded import Differentiable as Differentiable
    from fairkit.text.networks.embedded import Embedded as Embedded
    from fairkit.text.networks.huggingface import HuggingFaceClassifier as HuggingFaceClassifier
    from fairkit.text.networks.loading import load_classifier as load_classifier
    from fairkit.text.networks.modules import from_module as from_module
    from fairkit.text.protection.lexicon import LexiconMask as LexiconMask
    from fairkit.text.protection.masks import FeatureMask as FeatureMask
    from fairkit.text.protection.masks import SwapDirection as SwapDirection
    from fairkit.text.protection.models import ProtectedModel as ProtectedModel
    from fairkit.text.protection.training import train_protected_model as train_protected_model
    from fairkit.text.rewriters import rewriter_of as rewriter_of
    from fairkit.text.rewriting import Change as Change
    from fairkit.text.rewriting import Rewriter as Rewriter
    from fairkit.text.rewriting import Rewritten as Rewritten
    from fairkit.text.rewriting import Uncovered as Uncovered
    from fairkit.text.scorers import from_function as from_function
    from fairkit.text.scorers import from_sklearn as from_sklearn
    from fairkit.text.sensitivity import ClassSensitivities as ClassSensitivities
    from fairkit.text.sensitivity import Sensitivities as Sensitivities
    from fairkit.text.sensitivity import class_sensitivities as class_sensitivities
    from fairkit.text.sensitivity import sensitivities as sensitivities
    from fairkit.text.swap import GenderSwapper as GenderSwapper
    from fairkit.text.swap_files import swap_file as swap_file
    from fairkit.text.swap_summary import SwapSummary as SwapSummary
    from fairkit.text.transformer import CounterfactualSwap as CounterfactualSwap
    from fairkit.text.vectors import WordVectors as WordVectors
    from fairkit.text.vectors import load_vectors as load_vectors

_HOME = {
    "AttributeTable": "fairkit.text.attributes.table",
    "Attribution": "fairkit.text.attribution",
    "Change": "fairkit.text.rewriting",
    "ClassGaps": "fairkit.text.extrinsic.class_gaps",
    "ClassSensitivities": "fairkit.text.sensitivity",
    "CounterfactualMeasures": "fairkit.text.extrinsic.counterfactuals",
    "CounterfactualSwap": "fairkit.text.transformer",
    "Differentiable": "fairkit.text.networks.embedded",
    "Embedded": "fairkit.text.networks.embedded",
    "FeatureMask": "fairkit.text.protection.masks",
    "Floor": "fairkit.text.floors",
    "GenderSwapper": "fairkit.text.swap",
    "GenderWords": "fairkit.text.extrinsic.polarity",
    "GenerationMeasures": "fairkit.text.extrinsic.generations",
    "HuggingFaceClassifier": "fairkit.text.networks.huggingface",
    "IdentityAucs": "fairkit.text.extrinsic.identity_results",
    "LexiconMask": "fairkit.text.protection.lexicon",
    "OddsGap": "fairkit.text.extrinsic.odds_gaps",
    "PairedDifference": "fairkit.text.extrinsic.expectations",
    "ProtectedModel": "fairkit.text.protection.models",
    "Rewriter": "fairkit.text.rewriting",
    "Rewritten": "fairkit.text.rewriting",
    "Sensitivities": "fairkit.text.sensitivity",
    "SwapDirection": "fairkit.text.protection.masks",
    "SwapSummary": "fairkit.text.swap_summary",
    "TableSwapper": "fairkit.text.attributes.swapper",
    "TextClassifier": "fairkit.text.classifiers",
    "Uncovered": "fairkit.text.rewriting",
    "WordVectors": "fairkit.text.vectors",
    "attribute_table": "fairkit.text.attributes.table",
    "augment": "fairkit.text.columns",
    "class_gaps": "fairkit.text.extrinsic.class_gaps",
    "class_sensitivities": "fairkit.text.sensitivity",
    "counterfactual_measures": "fairkit.text.extrinsic.counterfactuals",
    "directional_failures": "fairkit.text.extrinsic.expectations",
    "explain": "fairkit.text.attribution",
    "explain_text": "fairkit.text.judging.explaining",
    "from_function": "fairkit.text.scorers",
    "from_module": "fairkit.text.networks.modules",
    "from_sklearn": "fairkit.text.scorers",
    "gender_words": "fairkit.text.extrinsic.polarity",
    "generation_measures": "fairkit.text.extrinsic.generations",
    "identity_aucs": "fairkit.text.extrinsic.identity_aucs",
    "judge_counterfactuals": "fairkit.text.extrinsic.counterfactual_report",
    "judge_generations": "fairkit.text.extrinsic.generation_report",
    "judge_sensitivity": "fairkit.text.judging.sensitivity",
    "load_classifier": "fairkit.text.networks.loading",
    "load_vectors": "fairkit.text.vectors",
    "mean_estimates": "fairkit.text.extrinsic.overall",
    "mentioned": "fairkit.text.extrinsic.mentions",
    "odds_gaps": "fairkit.text.extrinsic.odds_gaps",
    "paired_differences": "fairkit.text.extrinsic.expectations",
    "permutation_floor": "fairkit.text.floors",
    "rewriter_of": "fairkit.text.rewriters",
    "sensitivities": "fairkit.text.sensitivity",
    "shipped_tables": "fairkit.text.attributes.table",
    "swap_column": "fairkit.text.columns",
    "swap_file": "fairkit.text.swap_files",
    "train_protected_model": "fairkit.text.protection.training",
}

__all__ = [
    "AttributeTable",
    "Attribution",
    "Change",
    "ClassGaps",
    "ClassSensitivities",
    "CounterfactualMeasures",
    "CounterfactualSwap",
    "Differentiable",
    "Embedded",
    "FeatureMask",
    "Floor",
    "GenderSwapper",
    "GenderWords",
    "GenerationMeasures",
    "HuggingFaceClassifier",
    "IdentityAucs",
    "LexiconMask",
    "OddsGap",
    "PairedDifference",
    "ProtectedModel",
    "Rewriter",
    "Rewritten",
    "Sensitivities",
    "SwapDirection",
    "SwapSummary",
    "TableSwapper",
    "TextClassifier",
    "Uncovered",
    "WordVectors",
    "attribute_table",
    "augment",
    "class_gaps",
    "class_sensitivities",
    "counterfactual_measures",
    "directional_failures",
    "explain",
    "explain_text",
    "from_function",
    "from_module",
    "from_sklearn",
    "gender_words",
    "generation_measures",
    "identity_aucs",
    "judge_counterfactuals",
    "judge_generations",
    "judge_sensitivity",
    "load_classifier",
    "load_vectors",
    "mean_estimates",
    "mentioned",
    "odds_gaps",
    "paired_differences",
    "permutation_floor",
    "rewriter_of",
    "sensitivities",
    "shipped_tables",
    "swap_column",
    "swap_file",
    "train_protected_model",
]

__getattr__ = loaded_lazily(__name__, _HOME)


def __dir__() -> list[str]:
    return sorted(__all__)
