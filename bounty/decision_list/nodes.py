"""The nodes of a pointer decision list: what answers on a group, or which earlier version does.

An *update* comes from a confirmed repair claim: on its group, the claimed model answers. A *pointer* comes
from a monotone repair: on its group, the list goes on as it was at an earlier version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

from bounty.claims.claim import (
    Alternative,
    Claim,
    ClaimKind,
    Constant,
    GroupFunction,
    OnnxModel,
    RepairModel,
    Rules,
)
from fairkit.errors import BountyError


@dataclass(frozen=True, slots=True)
class Update:
    """On a group, a claimed model answers (ListUpdate, arXiv 2201.10408, algorithm 1).

    Attributes
    ----------
    group : str or OnnxModel
    model : Constant, Rules, Alternative or OnnxModel
        Rules of which none holds leave the answer of the version before.
    claim : str
        Hash of the claim that it comes from.

    Examples
    --------
    >>> Update("age < 25", Constant("yes"), "00ff").group
    'age < 25'
    """

    group: GroupFunction
    model: RepairModel
    claim: str

    @property
    def words(self) -> str:
        """What answers, for people."""
        match self.model:
            case Constant(answer):
                return f"always {answer!r}"
            case Rules(cases, otherwise):
                rules = ", ".join(f"{answer!r} if {when}" for when, answer in cases)
                last = "as before" if otherwise is None else repr(otherwise)
                return f"{rules}, else {last}"
            case Alternative(name):
                return f"the model '{name}'"
            case OnnxModel(sha256):
                return f"the ONNX model {sha256[:8]}"


@dataclass(frozen=True, slots=True)
class Pointer:
    """On a group, an earlier version answers (a monotone repair, arXiv 2201.10408, algorithm 4).

    Attributes
    ----------
    group : str or OnnxModel
    version : int
        0 is the host's model.

    Examples
    --------
    >>> Pointer("age < 25", 0).words
    'as at version 0'
    """

    group: GroupFunction
    version: int

    @property
    def words(self) -> str:
        """What answers, for people."""
        return f"as at version {self.version}"


ListNode: TypeAlias = Update | Pointer


def group_words(group: GroupFunction) -> str:
    """Name a group for people.

    Examples
    --------
    >>> group_words("age < 25"), group_words(OnnxModel("00ff00ff00ff", b""))
    ('age < 25', 'the ONNX model 00ff00ff answers 1')
    """
    return group if isinstance(group, str) else f"the ONNX model {group.sha256[:8]} answers 1"


def node_to_dict(node: ListNode) -> dict[str, Any]:
    """Write a node as JSON can hold it; ONNX models by their hashes.

    Examples
    --------
    >>> node_to_dict(Pointer("age < 25", 3))
    {'group': 'age < 25', 'version': 3}
    """
    group = node.group if isinstance(node.group, str) else node.group.to_dict()
    if isinstance(node, Pointer):
        return {"group": group, "version": node.version}
    return {"group": group, "model": node.model.to_dict(), "claim": node.claim}


def node_from_dict(
    content: Mapping[str, Any], models: Mapping[str, bytes] = MappingProxyType({})
) -> ListNode:
    """Read a node.

    Parameters
    ----------
    content : mapping
        As `node_to_dict` gives it.
    models : mapping of SHA-256 to bytes
        The ONNX files that it names.

    Raises
    ------
    BountyError
        The content is no node, or the bytes of a model that it names are not there or are others.

    Examples
    --------
    >>> node = Update("age < 25", Rules((("sex == 'F'", "yes"),)), "00ff")
    >>> node_from_dict(node_to_dict(node)) == node
    True
    """
    pointer = "version" in content
    described = {**content, "kind": ClaimKind.REPAIR.value, "loss": "", "model": content.get("model")}
    try:
        read = Claim.from_dict(described, models=models)
    except (KeyError, TypeError, ValueError, AttributeError):
        absent = [name for name in _named(content) if name not in models]
        if absent:
            message = f"the list names ONNX models whose bytes were not handed in: {', '.join(absent)}."
            raise BountyError(message) from None
        raise BountyError(_NO_NODE.format(content=dict(content))) from None
    for model in (read.group, read.model):
        if isinstance(model, OnnxModel) and hashlib.sha256(model.content).hexdigest() != model.sha256:
            message = f"the bytes handed in as ONNX model {model.sha256} have another SHA-256."
            raise BountyError(message)
    if pointer and type(content["version"]) is int and read.model is None:
        return Pointer(read.group, content["version"])
    if not pointer and read.model is not None and isinstance(content.get("claim"), str):
        return Update(read.group, read.model, content["claim"])
    raise BountyError(_NO_NODE.format(content=dict(content)))


_NO_NODE = (
    "{content} is no node of a decision list; a node has 'group' and either 'version' (a number) or 'model' "
    "and 'claim'."
)


def _named(content: Mapping[str, Any]) -> list[str]:
    """Hashes of the ONNX models that a node names."""
    parts = [content.get("group"), content.get("model")]
    return [str(part["onnx"]) for part in parts if isinstance(part, Mapping) and "onnx" in part]
