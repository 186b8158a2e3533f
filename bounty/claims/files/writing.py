"""A `Claim` as the text of a claim file, which reads back as the same claim."""

from __future__ import annotations

import json
from pathlib import Path

from bounty.claims.claim import (
    OVERALL,
    Alternative,
    Claim,
    ClaimKind,
    Constant,
    OnnxModel,
    RepairModel,
    Rules,
)
from bounty.claims.files.documents import document_of
from bounty.claims.files.reading import ABOUT, claim_of
from fairkit.errors import ClaimError, OutputError

_SHORT = 16


def write_claim(claim: Claim) -> str:
    """Write a claim as TOML.

    Parameters
    ----------
    claim : Claim

    Returns
    -------
    str
        Reads back to the same hash; ONNX files are named as in `model_files`.

    Raises
    ------
    ClaimError
        The claim is one that no file can hold: a predicate that is not in canonical form, a margin out of
        range, a control character.

    Examples
    --------
    >>> rules = Rules((("income >= 50000", "yes"),), "no")
    >>> print(write_claim(Claim(ClaimKind.REPAIR, "error", "age < 25", model=rules)))
    claim = "repair"
    loss = "error"
    group = "age < 25"
    <BLANKLINE>
    [model]
    otherwise = "no"
    <BLANKLINE>
    [[model.rules]]
    when = "income >= 50000"
    predict = "yes"
    <BLANKLINE>
    """
    lines = [f"claim = {_text(claim.kind.value)}", f"loss = {_text(claim.loss)}"]
    if isinstance(claim.group, OnnxModel):
        lines.append(f"group_model = {_text(_name(claim.group))}")
    else:
        lines.append(f"group = {_text(claim.group)}")
    if claim.kind is ClaimKind.DISPARITY:
        if claim.compare != OVERALL:
            lines.append(f"compare = {_text(claim.compare)}")
        lines.append(f"margin = {claim.margin}")
    if claim.model is not None:
        lines += ["", "[model]", *_model(claim.model)]
    about = {key: claim.about[key] for key in ABOUT if claim.about.get(key)}
    if about:
        lines += ["", "[about]", *(f"{key} = {_text(text)}" for key, text in about.items())]
    text = "\n".join(lines) + "\n"
    _make_sure_it_reads_back(text, claim)
    return text


def model_files(claim: Claim) -> dict[str, bytes]:
    """Give the ONNX files that a written claim names, by name.

    Examples
    --------
    >>> model_files(Claim(ClaimKind.REPAIR, "error", "age < 25", model=OnnxModel("ba7816bf" * 8, b"abc")))
    {'ba7816bfba7816bf.onnx': b'abc'}
    """
    parts = (claim.group, claim.model)
    return {_name(part): part.content for part in parts if isinstance(part, OnnxModel)}


def save_claim(claim: Claim, path: Path | str) -> Path:
    """Write a claim file, and its ONNX files beside it.

    Raises
    ------
    ClaimError
        See `write_claim`.
    OutputError
        A file could not be written.

    Examples
    --------
    >>> import tempfile
    >>> from bounty.claims.files import read_claim
    >>> claim = Claim(ClaimKind.DISPARITY, "error", "age < 25", margin="0.05")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     read_claim(save_claim(claim, Path(folder, "young.toml"))) == claim
    True
    """
    path = Path(path)
    if path.suffix.lower() != ".toml":
        raise OutputError(f"a claim is written as TOML; name the file {path.stem or 'claim'}.toml.")
    text = write_claim(claim)
    try:
        for name, content in model_files(claim).items():
            (path.parent / name).write_bytes(content)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise OutputError(f"the claim could not be written to '{path}': {error.strerror}.") from None
    return path


def _model(model: RepairModel) -> list[str]:
    match model:
        case Constant(predict):
            return [f"predict = {_text(str(predict))}"]
        case Alternative(name):
            return [f"use = {_text(name)}"]
        case OnnxModel():
            return [f"onnx = {_text(_name(model))}"]
        case Rules(cases, otherwise):
            lines = [] if otherwise is None else [f"otherwise = {_text(str(otherwise))}"]
            for condition, answer in cases:
                rule = [f"when = {_text(condition)}", f"predict = {_text(str(answer))}"]
                lines += ["", "[[model.rules]]", *rule]
            return lines if otherwise is not None else lines[1:]


def _name(model: OnnxModel) -> str:
    return f"{model.sha256[:_SHORT]}.onnx"


def _text(text: str) -> str:
    """Quote a text; JSON's escapes are also TOML's, which needs one more."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _make_sure_it_reads_back(text: str, claim: Claim) -> None:
    try:
        again = claim_of(document_of(text.encode(), ".toml"), folder=model_files(claim))
    except (ClaimError, UnicodeEncodeError) as error:
        problems = error.problems if isinstance(error, ClaimError) else ("a text has half a character.",)
        raise ClaimError(*(f"the claim cannot be written: {problem}" for problem in problems)) from None
    if again.hash != claim.hash:
        raise ClaimError(
            "the claim cannot be written: read back, it would be another one. Predicates stand in canonical "
            "form (fairkit.predicates), margins in their shortest spelling, hashes are those of the files."
        )
