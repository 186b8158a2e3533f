"""The manifest of a bounty: everything that decides, fixed and published before the first claim.

It says how claims are judged and on how many rows, and holds the hashes of what is not shown: the rows, the
salt of random choices, the environment. It is the first row of the ledger, so every later row, and every
receipt, stands for it too. Nobody can then change a term, a row or a threshold after having seen a claim.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bounty.claims.claim import Part
from bounty.ledger.canonical_json import dumps, loads, number_of, number_text
from bounty.ledger.manifest_checks import SCHEMA, manifest_problems
from bounty.ledger.part_hashes import level_texts, part_hash, seal_part
from bounty.ledger.sealing import Sealed
from bounty.ledger.signatures import PublicKey
from bounty.rows.answers import AnswerSpace, Form
from bounty.rows.columns import Columns, Kind
from bounty.rows.losses import Loss, LossName
from bounty.rows.splits import Split
from fairkit.errors import LedgerError
from fairkit.predicates import Value

__all__ = ["SCHEMA", "Manifest", "ManifestColumn", "ManifestPart", "part_hash", "parts_of"]


@dataclass(frozen=True, slots=True)
class ManifestPart:
    """What is published of one part of the data.

    Attributes
    ----------
    rows : int
    hash : str
        `bounty.ledger.part_hashes.part_hash` of the public part; of the others the seal of that hash.

    Examples
    --------
    >>> ManifestPart(1000, "ab" * 32).rows
    1000
    """

    rows: int
    hash: str


@dataclass(frozen=True, slots=True)
class ManifestColumn:
    """A column that claims may test.

    Attributes
    ----------
    name : str
    kind : {"bool", "number", "text"}
    levels : tuple of bool, int, float or str
        The values that it may have, in order.

    Examples
    --------
    >>> ManifestColumn("age", "number", (20, 30)).levels
    (20, 30)
    """

    name: str
    kind: Kind
    levels: tuple[Value, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the content that is hashed, numbers as decimal texts."""
        return {"name": self.name, "kind": self.kind, "levels": level_texts(self.levels)}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> ManifestColumn:
        """Read back what was checked."""
        levels = content["levels"]
        read = tuple(number_of(level) for level in levels) if content["kind"] == "number" else tuple(levels)
        return cls(content["name"], content["kind"], read)

    @classmethod
    def each_of(cls, columns: Columns) -> tuple[ManifestColumn, ...]:
        """Describe the columns of a split."""
        return tuple(cls(column.name, column.kind, column.levels) for column in columns.by_name.values())


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a host fixes before a bounty opens.

    Attributes
    ----------
    title : str
    created : str
        UTC to the second, such as ``2025-01-31T12:00:00Z``.
    fairkit_version : str
    parts : mapping of part to ManifestPart
        ``public``, ``checker`` and ``confirmation``; see `parts_of`.
    columns : tuple of ManifestColumn
    model : str
        Name of the host's model; its answers are hashed with the parts.
    alternatives : tuple of str
        Names of the other models that repairs may use.
    space : AnswerSpace
    losses : tuple of Loss
        The main one first.
    terms : mapping
        `bounty.certificates.terms.Terms.to_dict`.
    minimum_rows : int
        Rows that a group must have.
    duplicate : str
        Share of rows in common from which on a claim repeats another, as decimal text.
    band_floor : int
        Sizes of groups are shown in bands of this many rows at least.
    environment : str
        SHA-256 of the locked list of packages.
    salt_commitment : str
        `bounty.ledger.sealing.commit_salt` of the salt of all random choices.
    public_key : str or None
        The key that signs the ledger's rows (`bounty.ledger.signatures.PublicKey.hex`), itself rather than
        its fingerprint, so that a ledger can be checked without another file.
    settings : mapping
        Whatever else the host fixes: quotas, formats of models, ... Text, whole numbers and the like.

    Raises
    ------
    LedgerError
        With every problem at once.

    Examples
    --------
    >>> from bounty.certificates.terms import Terms
    >>> manifest = Manifest(
    ...     title="Toy", created="2025-01-31T12:00:00Z", fairkit_version="0.1",
    ...     parts={"public": ManifestPart(4, "0a" * 32), "checker": ManifestPart(900, "0b" * 32),
    ...            "confirmation": ManifestPart(900, "0c" * 32)},
    ...     columns=(ManifestColumn("age", "number", (20, 30)),), model="stump", alternatives=(),
    ...     space=AnswerSpace(Form.DECISION, ("no", "yes")), losses=(Loss(LossName.ERROR),),
    ...     terms=Terms.of().to_dict(), minimum_rows=30, duplicate="0.95", band_floor=50,
    ...     environment="0d" * 32, salt_commitment="0e" * 32,
    ... )
    >>> Manifest.from_dict(manifest.to_dict()) == manifest, len(manifest.hash)
    (True, 64)
    """

    title: str
    created: str
    fairkit_version: str
    parts: Mapping[Part, ManifestPart]
    columns: tuple[ManifestColumn, ...]
    model: str
    alternatives: tuple[str, ...]
    space: AnswerSpace
    losses: tuple[Loss, ...]
    terms: Mapping[str, Any]
    minimum_rows: int
    duplicate: str
    band_floor: int
    environment: str
    salt_commitment: str
    public_key: str | None = None
    settings: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if problems := manifest_problems(self.to_dict()):
            raise LedgerError(*problems)

    def to_dict(self) -> dict[str, Any]:
        """Give the content that is hashed; the body of a ledger's first row."""
        return {
            "schema": SCHEMA,
            "title": self.title,
            "created": self.created,
            "fairkit_version": self.fairkit_version,
            "parts": {
                name: {"rows": part.rows, "hash" if name == "public" else "seal": part.hash}
                for name, part in self.parts.items()
            },
            "columns": [column.to_dict() for column in self.columns],
            "model": self.model,
            "alternatives": list(self.alternatives),
            "answers": {
                "form": self.space.form.value,
                "classes": list(self.space.classes),
                "low": number_text(self.space.low),
                "high": number_text(self.space.high),
            },
            "losses": [
                {"name": loss.name.value, "largest": loss.largest, "largest_unit": loss.largest_unit}
                for loss in self.losses
            ],
            "terms": dict(self.terms),
            "minimum_rows": self.minimum_rows,
            "duplicate": self.duplicate,
            "band_floor": self.band_floor,
            "environment": self.environment,
            "salt_commitment": self.salt_commitment,
            "public_key": self.public_key,
            "settings": dict(self.settings),
        }

    @classmethod
    def from_dict(cls, content: Any) -> Manifest:
        """Read a manifest.

        Raises
        ------
        LedgerError
            With every problem at once.
        """
        if problems := manifest_problems(content):
            raise LedgerError(*problems)
        space = content["answers"]
        hashes = {name: part.get("hash", part.get("seal")) for name, part in content["parts"].items()}
        plain = {
            name: content[name]
            for name in cls.__slots__
            if name not in {"parts", "columns", "space", "losses"}
        }
        return cls(
            **plain | {"alternatives": tuple(content["alternatives"])},
            parts={name: ManifestPart(part["rows"], hashes[name]) for name, part in content["parts"].items()},
            columns=tuple(ManifestColumn.from_dict(column) for column in content["columns"]),
            space=AnswerSpace(
                Form(space["form"]),
                tuple(space["classes"]),
                number_of(space["low"]),
                number_of(space["high"]),
            ),
            losses=tuple(
                Loss(LossName(loss["name"]), loss["largest"], loss["largest_unit"])
                for loss in content["losses"]
            ),
        )

    @classmethod
    def read(cls, source: str | Path | bytes) -> Manifest:
        """Read a file, or its content.

        Raises
        ------
        LedgerError
            The file cannot be read, or is no manifest.
        """
        try:
            data = source if isinstance(source, bytes) else Path(source).read_bytes()
        except OSError as error:
            raise LedgerError(f"manifest {source!s} cannot be read: {error.strerror}.") from None
        return cls.from_dict(loads(data, canonical=False))

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical JSON: what is published before the bounty opens."""
        return hashlib.sha256(dumps(self.to_dict())).hexdigest()

    @property
    def fingerprint(self) -> str | None:
        """Fingerprint of the key that signs the rows; None where they are not signed."""
        return None if self.public_key is None else PublicKey(self.public_key).fingerprint


def parts_of(
    public: Split, *, checker: Split, confirmation: Split
) -> tuple[dict[Part, ManifestPart], dict[Part, Sealed]]:
    """Hash the three parts and seal the hashes of those that stay secret.

    Parameters
    ----------
    public, checker, confirmation : Split

    Returns
    -------
    parts : dict
        For the manifest.
    seals : dict
        What opens the seals of ``checker`` and ``confirmation``; the host keeps it.

    Raises
    ------
    LedgerError
        The parts differ in their columns, levels or models, or two of them hold the same rows.

    Examples
    --------
    >>> import numpy as np
    >>> from bounty.rows.answers import Answers, Truth
    >>> def split(part, ages):
    ...     columns = Columns.of({"age": ages}, levels={"age": [20, 30]})
    ...     truth, host = Truth(np.array([1, 0], np.uint8)), Answers.of(Form.DECISION, [1, 1])
    ...     return Split(part, columns, truth, host)
    >>> parts, seals = parts_of(
    ...     split("public", [20, 30]), checker=split("checker", [30, 20]),
    ...     confirmation=split("confirmation", [30, 30]),
    ... )
    >>> parts["public"].rows, sorted(seals), seals["checker"].holds
    (2, ['checker', 'confirmation'], True)
    """
    splits: dict[Part, Split] = {"public": public, "checker": checker, "confirmation": confirmation}
    problems = [
        f"the {part} part differs from the public one in its {what}."
        for part, split in splits.items()
        for what, one in _shape(split).items()
        if one != _shape(public)[what]
    ]
    hashes = {part: part_hash(split) for part, split in splits.items()}
    if len(set(hashes.values())) < len(hashes):
        problems.append("two parts hold the same rows; the three must be disjoint.")
    if problems:
        raise LedgerError(*problems)
    secret: tuple[Part, ...] = ("checker", "confirmation")
    seals = {part: seal_part(part, hashes[part]) for part in secret}
    parts = {
        part: ManifestPart(split.rows, seals[part].hash if part in seals else hashes[part])
        for part, split in splits.items()
    }
    return parts, seals


def _shape(split: Split) -> dict[str, Any]:
    """Give what all parts of a bounty share."""
    columns = split.columns.by_name.values()
    return {
        "columns": {column.name: (column.kind, level_texts(column.levels)) for column in columns},
        "form of answers": split.host.form,
        "other models": sorted(split.alternatives),
    }
