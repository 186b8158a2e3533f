"""Opening a bounty: a host's rows become three parts, a manifest is sealed, and the ledger begins.

Nothing is written before everything has been checked: that the terms can be kept by the rows there are, that
no column nearly names its rows, that every loss can be taken of the model's answers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from importlib import metadata
from pathlib import Path
from typing import Any

from bounty.certificates.plans import Plan, plan
from bounty.certificates.terms import Terms
from bounty.game.folder import BountyFolder
from bounty.holdout.entering import enter
from bounty.holdout.part_files import save_split, write_whole
from bounty.holdout.public_files import write_public
from bounty.holdout.splitting import SHARES, Holdout, split
from bounty.ledger.entries import time_text
from bounty.ledger.ledger import Ledger
from bounty.ledger.manifest import Manifest, ManifestColumn, parts_of
from bounty.ledger.sealing import commit_salt, new_nonce
from bounty.ledger.signatures import PrivateKey
from bounty.rows.losses import Loss
from fairkit import __version__
from fairkit.errors import BountyError, did_you_mean

MINIMUM_ROWS = 30
DUPLICATE = "0.95"
BAND_FLOOR = 50
DIFFERING = "0.05"


@dataclass(frozen=True, slots=True)
class Created:
    """A bounty that was created.

    Attributes
    ----------
    folder : BountyFolder
    manifest : Manifest
    plan : Plan
        What the held-out rows support.
    left_out : mapping of str to int
        Rows that are in no part, by reason.
    """

    folder: BountyFolder
    manifest: Manifest
    plan: Plan
    left_out: Mapping[str, int] = field(default_factory=dict)


def create(
    data: Any,
    folder: str | Path,
    *,
    terms: Terms,
    title: str,
    losses: Sequence[str] = (),
    model: str = "the host's model",
    shares: Sequence[str | float | Fraction] = SHARES,
    stratified: bool = False,
    differing: str = DIFFERING,
    minimum_rows: int = MINIMUM_ROWS,
    duplicate: str = DUPLICATE,
    band_floor: int = BAND_FLOOR,
    key: PrivateKey | None = None,
    salt: bytes | None = None,
    **roles: Any,
) -> Created:
    """Create a bounty in a folder.

    Parameters
    ----------
    data : frame or path
        See `bounty.holdout.entering.enter`.
    folder : str or Path
        It must not exist or be empty.
    terms : Terms
    title : str
    losses : sequence of str
        The main one first; by default all that can be taken of the model's answers.
    model : str
        The model's name.
    shares : three numbers
        Of the public rows, the checker's and the confirmation's.
    stratified : bool
        See `bounty.holdout.splitting.split`.
    differing : str
        Share of the rows that a typical claim changes; the plan is made for it.
    minimum_rows, duplicate, band_floor
        See `bounty.ledger.manifest.Manifest`.
    key : PrivateKey, optional
        Signs every row of the ledger.
    salt : bytes, optional
        Only for examples that must come out the same again: who knows it knows which rows are held out.
    **roles
        Which column is what: `label`, `prediction`, ... of `bounty.holdout.entering.enter`.

    Returns
    -------
    Created

    Raises
    ------
    BountyError
        The held-out rows do not support the terms, a loss cannot be taken, a column nearly names its rows,
        or the folder is not empty.
    DataError, UsageError
        The data cannot be read or the call does not fit together.

    Examples
    --------
    >>> import tempfile
    >>> from bounty import Terms, create
    >>> rows = {"age": [20, 30, 40, 50] * 1500, "paid": [1, 1, 1, 0] * 1500, "lent": [0, 1, 1, 0] * 1500}
    >>> terms = Terms.of(epsilon="0.6", least="0.05", submissions=9, acceptances=2)
    >>> with tempfile.TemporaryDirectory() as place:
    ...     made = create(rows, f"{place}/b", terms=terms, title="Loans", label="paid", prediction="lent")
    >>> {name: part.rows for name, part in made.manifest.parts.items()}
    {'public': 2400, 'checker': 2400, 'confirmation': 1200}
    """
    place = BountyFolder(Path(folder))
    place.check_free()
    for name, text in (("title", title), ("model", model)):
        if not (text.isprintable() and text.strip()):
            raise BountyError(f"{name} {text[:80]!a}: write a name that can be seen, in one line.")
    secret = new_nonce() if salt is None else salt
    holdout = split(enter(data, **roles), salt=secret, shares=shares, stratified=stratified)
    chosen = _chosen(losses, holdout)
    planned = plan(terms, holdout.checker.rows, holdout.confirmation.rows, differing)
    if planned.problems:
        raise BountyError(*planned.problems)
    parts, seals = parts_of(holdout.public, checker=holdout.checker, confirmation=holdout.confirmation)
    manifest = Manifest(
        title=title,
        created=time_text(None),
        fairkit_version=__version__,
        parts=parts,
        columns=ManifestColumn.each_of(holdout.public.columns),
        model=model,
        alternatives=tuple(holdout.public.alternatives),
        space=holdout.space,
        losses=chosen,
        terms=terms.to_dict(),
        minimum_rows=minimum_rows,
        duplicate=duplicate,
        band_floor=band_floor,
        environment=environment_hash(),
        salt_commitment=commit_salt(secret),
        public_key=None if key is None else key.public.hex,
    )
    place.make()
    write_public(
        holdout.public,
        place.public,
        space=holdout.space,
        losses=chosen,
        coarsenings=holdout.coarsenings,
    )
    for part in (holdout.checker, holdout.confirmation):
        save_split(part, place.part(part.part))
        place.openings.keep(part.part, seals[part.part])
    place.keep_salt(secret)
    write_whole(place.manifest, _pretty(manifest.to_dict()), private=False)
    Ledger.create(place.ledger, manifest.to_dict(), key=key)
    return Created(place, manifest, planned, holdout.left_out)


def environment_hash() -> str:
    """Hash the names and versions of the packages that judge.

    Examples
    --------
    >>> len(environment_hash())
    64
    """
    packages = ("fairkit", "numpy", "onnxruntime")
    lines = []
    for name in packages:
        try:
            lines.append(f"{name}=={metadata.version(name)}")
        except metadata.PackageNotFoundError:
            lines.append(f"{name} is not installed")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _chosen(names: Sequence[str], holdout: Holdout) -> tuple[Loss, ...]:
    known = {loss.name.value: loss for loss in holdout.losses}
    problems = [
        f"loss '{name}' cannot be taken of this model's answers (there is {', '.join(known)})."
        f"{did_you_mean(name, known)}"
        for name in dict.fromkeys(names)
        if name not in known
    ]
    if problems:
        raise BountyError(*problems)
    return tuple(known[name] for name in dict.fromkeys(names)) or holdout.losses


def _pretty(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, indent=1, ensure_ascii=False).encode() + b"\n"
