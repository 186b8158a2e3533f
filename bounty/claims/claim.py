"""Claims: what a hunter says about the host's model, and the name by which a claim is known.

A `disparity` claim says that the host's model loses more on a subgroup than elsewhere. A `repair` claim says
that another model loses less on a subgroup than the current one. The words around a claim (who may be harmed,
how, on what evidence) are for the people who review it and do not enter its hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

OVERALL = "overall"
REST = "rest"


class ClaimKind(StrEnum):
    """What is claimed.

    Examples
    --------
    >>> ClaimKind("repair").value
    'repair'
    """

    DISPARITY = "disparity"
    REPAIR = "repair"


@dataclass(frozen=True, slots=True)
class Constant:
    """A model that answers the same everywhere; the answer is kept as text, exactly as written.

    Examples
    --------
    >>> Constant("yes").to_dict(), Constant(0.25).predict
    ({'predict': 'yes'}, '0.25')
    """

    predict: str | float

    def __post_init__(self) -> None:
        object.__setattr__(self, "predict", str(self.predict))

    def to_dict(self) -> dict[str, Any]:
        """Give the content that is hashed."""
        return {"predict": self.predict}


@dataclass(frozen=True, slots=True)
class Rules:
    """A model of rules: the first predicate that holds decides; where none holds, `otherwise` does.

    Attributes
    ----------
    cases : tuple of (predicate, answer)
        Predicates in canonical form.
    otherwise : str, float or None
        Kept as text, as all answers are; None leaves the current model's answer.

    Examples
    --------
    >>> Rules((("age < 25", "yes"),), "no").to_dict()
    {'rules': [['age < 25', 'yes']], 'otherwise': 'no'}
    """

    cases: tuple[tuple[str, str | float], ...]
    otherwise: str | float | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "cases", tuple((when, str(answer)) for when, answer in self.cases))
        if self.otherwise is not None:
            object.__setattr__(self, "otherwise", str(self.otherwise))

    def to_dict(self) -> dict[str, Any]:
        """Give the content that is hashed."""
        return {"rules": [list(case) for case in self.cases], "otherwise": self.otherwise}


@dataclass(frozen=True, slots=True)
class Alternative:
    """One of the other models that the host declared, by its name.

    Examples
    --------
    >>> Alternative("large-v3").to_dict()
    {'use': 'large-v3'}
    """

    name: str

    def to_dict(self) -> dict[str, Any]:
        """Give the content that is hashed."""
        return {"use": self.name}


@dataclass(frozen=True, slots=True)
class OnnxModel:
    """A model as an ONNX file, known by the hash of its bytes.

    Examples
    --------
    >>> OnnxModel("00ff", b"").to_dict()
    {'onnx': '00ff'}
    """

    sha256: str
    content: bytes = field(repr=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """Give the content that is hashed."""
        return {"onnx": self.sha256}


RepairModel: TypeAlias = Constant | Rules | Alternative | OnnxModel
"""What a repair claim may propose."""

GroupFunction: TypeAlias = str | OnnxModel
"""A subgroup: a predicate in canonical form, or a model that answers 1 inside."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim.

    Attributes
    ----------
    kind : ClaimKind
    loss : str
        A loss of the bounty (`bounty.rows.losses`).
    group : str or OnnxModel
    compare : str
        For a disparity: ``"overall"``, ``"rest"``, or the predicate of a reference group.
    margin : str
        For a disparity: by how much the group's rate exceeds the reference's, as a decimal text such as
        ``"0.05"``; ``"0"`` for any excess.
    model : Constant, Rules, Alternative, OnnxModel or None
        For a repair: what answers instead on the group.
    about : mapping of str to str
        ``title``, ``harmed`` (who may be harmed), ``harm`` (how), ``evidence``; for people.

    Examples
    --------
    >>> one = Claim(ClaimKind.DISPARITY, "error", "age < 25")
    >>> other = Claim(ClaimKind.DISPARITY, "error", "age < 25", about={"title": "The young"})
    >>> one.hash == other.hash, one.hash[:8]
    (True, 'd27468a9')
    """

    kind: ClaimKind
    loss: str
    group: GroupFunction
    compare: str = OVERALL
    margin: str = "0"
    model: RepairModel | None = None
    about: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), compare=False, hash=False)

    def to_dict(self) -> dict[str, Any]:
        """Give the content that is hashed: everything but the words around the claim."""
        group = self.group if isinstance(self.group, str) else self.group.to_dict()
        content: dict[str, Any] = {"kind": self.kind.value, "loss": self.loss, "group": group}
        if self.kind is ClaimKind.DISPARITY:
            return content | {"compare": self.compare, "margin": self.margin}
        return content | {"model": None if self.model is None else self.model.to_dict()}

    @classmethod
    def from_dict(
        cls,
        content: Mapping[str, Any],
        *,
        models: Mapping[str, bytes] = MappingProxyType({}),
        about: Mapping[str, str] = MappingProxyType({}),
    ) -> Claim:
        """Read the content back.

        Parameters
        ----------
        content : mapping
            As `to_dict` gives it.
        models : mapping of SHA-256 to bytes
            The ONNX files that it names.
        about : mapping of str to str
            The words around the claim.

        Examples
        --------
        >>> claim = Claim(ClaimKind.REPAIR, "error", "age < 25", model=Rules((("sex == 'F'", "yes"),)))
        >>> Claim.from_dict(claim.to_dict()) == claim
        True
        """
        group = content["group"]
        given = content.get("model")
        return cls(
            ClaimKind(content["kind"]),
            content["loss"],
            group if isinstance(group, str) else OnnxModel(group["onnx"], models[group["onnx"]]),
            content.get("compare", OVERALL),
            content.get("margin", "0"),
            None if given is None else _model(given, models),
            about,
        )

    @property
    def hash(self) -> str:
        """SHA-256 of the content, as 64 hexadecimal digits; equal claims have equal hashes."""
        content = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()


def _model(content: Mapping[str, Any], models: Mapping[str, bytes]) -> RepairModel:
    if "predict" in content:
        return Constant(content["predict"])
    if "use" in content:
        return Alternative(content["use"])
    if "onnx" in content:
        return OnnxModel(content["onnx"], models[content["onnx"]])
    return Rules(tuple((when, answer) for when, answer in content["rules"]), content["otherwise"])


Part = Literal["public", "checker", "confirmation"]
"""The parts of a bounty's data: P, which hunters get; A, which judges claims; B, which confirms them."""
