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
    from fairkit.text.classifiers import TextClassifier as TextClassifier
    from fairkit.text.rewriting import Change as Change
    from fairkit.text.rewriting import Rewriter as Rewriter
    from fairkit.text.rewriting import Rewritten as Rewritten
    from fairkit.text.rewriting import Uncovered as Uncovered
    from fairkit.text.swap import GenderSwapper as GenderSwapper
    from fairkit.text.vectors import WordVectors as WordVectors
    from fairkit.text.vectors import load_vectors as load_vectors

_HOME = {
    "Change": "fairkit.text.rewriting",
    "GenderSwapper": "fairkit.text.swap",
    "Rewriter": "fairkit.text.rewriting",
    "Rewritten": "fairkit.text.rewriting",
    "TextClassifier": "fairkit.text.classifiers",
    "Uncovered": "fairkit.text.rewriting",
    "WordVectors": "fairkit.text.vectors",
    "load_vectors": "fairkit.text.vectors",
}

__all__ = [
    "Change",
    "GenderSwapper",
    "Rewriter",
    "Rewritten",
    "TextClassifier",
    "Uncovered",
    "WordVectors",
    "load_vectors",
]

__getattr__ = loaded_lazily(__name__, _HOME)


def __dir__() -> list[str]:
    return sorted(__all__)
