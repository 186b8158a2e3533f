"""Networks: classifiers whose answers can be differentiated with respect to what they read.

Everything in this package needs torch, and what reads a Hugging Face folder needs transformers. Both are an
extra: without them importing this package says what to install.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairkit._lazily import loaded_lazily
from fairkit.errors import MissingDependencyError

try:
    import torch as _torch  # noqa: F401  asked here once, for every module of the package
except ModuleNotFoundError as missing:
    raise MissingDependencyError(
        "reading a network needs torch, which is not installed: pip install 'fairkit[text]'."
    ) from missing

if TYPE_CHECKING:
    from fairkit.text.networks.embedded import Differentiable as Differentiable
    from fairkit.text.networks.embedded import Embedded as Embedded
    from fairkit.text.networks.huggingface import HuggingFaceClassifier as HuggingFaceClassifier
    from fairkit.text.networks.loading import load_classifier as load_classifier
    from fairkit.text.networks.modules import ModuleClassifier as ModuleClassifier
    from fairkit.text.networks.modules import from_module as from_module

_HOME = {
    "Differentiable": "fairkit.text.networks.embedded",
    "Embedded": "fairkit.text.networks.embedded",
    "HuggingFaceClassifier": "fairkit.text.networks.huggingface",
    "ModuleClassifier": "fairkit.text.networks.modules",
    "from_module": "fairkit.text.networks.modules",
    "load_classifier": "fairkit.text.networks.loading",
}

__all__ = [
    "Differentiable",
    "Embedded",
    "HuggingFaceClassifier",
    "ModuleClassifier",
    "from_module",
    "load_classifier",
]

__getattr__ = loaded_lazily(__name__, _HOME)


def __dir__() -> list[str]:
    return sorted(__all__)
