"""What a user names, loaded: a model by its folder, a rewriter by its table."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from fairkit.errors import UsageError

if TYPE_CHECKING:
    from fairkit.text.folders import Device
    from fairkit.text.networks.embedded import Differentiable
    from fairkit.text.rewriting import Rewriter


def loaded(model: Any, *, device: Device, batch_size: int) -> Differentiable:
    """Load a model from its folder; what is no path is taken as it is.

    Raises
    ------
    UsageError
        It is neither a folder nor a model.
    DataError
        The folder holds no classifier.
    MissingDependencyError
        torch or transformers is not installed.

    Examples
    --------
    >>> loaded(object(), device="cpu", batch_size=64)
    Traceback (most recent call last):
        ...
    fairkit.errors.UsageError: model is a folder, or what load_classifier() and from_module() return; ...
    """
    from fairkit.text.networks import load_classifier

    if isinstance(model, str | os.PathLike):
        return load_classifier(os.fspath(model), device=device, batch_size=batch_size)
    lacking = [name for name in ("labels", "embed", "logits") if not hasattr(model, name)]
    if lacking:
        raise UsageError(
            f"model is a folder, or what load_classifier() and from_module() return; {type(model).__name__} "
            f"has no {' and no '.join(lacking)}."
        )
    found: Differentiable = model
    return found


def rewriter_for(swap: Any) -> Rewriter | None:
    """Make the rewriter that is asked for; None where none is.

    Examples
    --------
    >>> rewriter_for("none") is None, rewriter_for("gender").attribute
    (True, 'gender')
    """
    from fairkit.text.rewriters import rewriter_of

    return None if swap is None or swap == "none" else rewriter_of(swap)
