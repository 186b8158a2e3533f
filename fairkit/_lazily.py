"""Names of a package that are loaded when they are first used, so that importing it stays quick (PEP 562)."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any


def loaded_lazily(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Make the ``__getattr__`` of a package.

    Parameters
    ----------
    package : str
        Its ``__name__``.
    homes : mapping of str to str
        Every public name, and the module that defines it.

    Examples
    --------
    >>> load = loaded_lazily("fairkit", {"holm": "fairkit.inference"})
    >>> load("holm")([0.01, 0.04]).tolist()
    [0.02, 0.04]
    """

    def load(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module '{package}' has no attribute '{name}'")
        value = getattr(importlib.import_module(homes[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    return load
