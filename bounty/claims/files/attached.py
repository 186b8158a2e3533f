"""ONNX files that lie beside a claim, or came with it.

Only plain names are read, from the claim's own folder, and no links are followed, so that a claim cannot make
the reader open another file of the machine that reads it.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from bounty.claims.claim import OnnxModel
from fairkit.errors import ClaimError

MOST_MODEL_BYTES = 8 * 1024 * 1024
"""The largest ONNX file that is read."""

Folder: TypeAlias = Path | Mapping[str, bytes] | None
"""Where a claim's ONNX files are: a folder, files by name as they were sent, or nowhere."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*\.onnx")
_LONGEST_NAME = 100
_FLAGS = os.O_RDONLY | sum(
    getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY")
)


def attached_model(name: str, folder: Folder) -> OnnxModel:
    """Read an ONNX file that a claim names. What it holds is not looked at (see `bounty.claims.onnx_models`).

    Parameters
    ----------
    name : str
        A plain name that ends in .onnx.
    folder : Path, mapping of str to bytes, or None

    Raises
    ------
    ClaimError
        The name is no plain file name, there is no such file, it is a link or no file, or too large.

    Examples
    --------
    >>> attached_model("h.onnx", {"h.onnx": b"abc"}).sha256[:8]
    'ba7816bf'
    >>> attached_model("../h.onnx", Path("."))
    Traceback (most recent call last):
    ...
    fairkit.errors.ClaimError: a model is a file beside the claim, named like model.onnx: letters, ...
    """
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
        raise ClaimError(
            "a model is a file beside the claim, named like model.onnx: letters, digits, '-', '_' and "
            "single dots, no folder."
        )
    if folder is None:
        raise ClaimError(f"'{name}' cannot be read: this claim came without files.")
    content = _read(folder / name) if isinstance(folder, Path) else folder.get(name)
    if content is None:
        raise ClaimError(f"there is no file '{name}' beside the claim.")
    if len(content) > MOST_MODEL_BYTES:
        raise ClaimError(f"'{name}' is too large: at most {MOST_MODEL_BYTES // 1024**2} MiB are read.")
    return OnnxModel(hashlib.sha256(content).hexdigest(), bytes(content))


def _read(path: Path) -> bytes | None:
    content = read_regular(path, MOST_MODEL_BYTES)
    if content is None and (path.is_symlink() or path.exists()):
        raise ClaimError(f"'{path.name}' is a link, a folder, or a file that may not be read.")
    return content


def read_regular(path: Path, most: int) -> bytes | None:
    """Read one byte more than allowed of a file that is no link; None if there is no such file.

    Examples
    --------
    >>> read_regular(Path("/dev/zero"), 10) is None
    True
    """
    if path.is_symlink():  # where the system has no O_NOFOLLOW
        return None
    try:
        descriptor = os.open(path, _FLAGS)
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    with os.fdopen(descriptor, "rb") as file:
        return file.read(most + 1)
