"""Parts of a bounty's data on disk, in a form in which a file can hold nothing but arrays of numbers.

A part is a ``.npz``, which is a ZIP of arrays, written without compression and without pickles. Reading
trusts nothing: members that are packed (a small file that unfolds to a huge one), that hold objects (which
run code when they are read), or that do not belong together are refused before an array is made of them. What
text there is (names, levels) is JSON in one of the arrays.

A file takes its name only when it is whole. Private parts can be read by their owner alone.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import os
import re
import struct
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import numpy as np
import numpy.typing as npt

from bounty.claims.claim import Part
from bounty.rows.amounts import Bits
from bounty.rows.answers import STEPS, Answers, Form, Truth, as_amounts
from bounty.rows.columns import MOST_LEVELS, Column, Columns, Kind, code_type
from bounty.rows.splits import Split
from fairkit.errors import BountyError, OutputError
from fairkit.predicates import Value

SCHEMA = "fairkit.bounty.part/1"
MOST_BYTES = 4 * 2**30
"""A larger file is refused."""

_HEADER = "header"
_MOST_HEADER = 64 * 2**20
_TYPES = ("|u1", "<u2", "<i8", "|b1")
_PLAIN = re.compile(
    rb"\x93NUMPY\x01\x00..\{'descr': '([<|][a-z][0-9])', 'fortran_order': False, "
    rb"'shape': \(([0-9]{1,12}),\), \} *\n",
    re.DOTALL,
)
_DAMAGE = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    EOFError,
    RuntimeError,
    struct.error,
    zipfile.BadZipFile,
)
"""What reading a damaged ZIP, or one that was made to do harm, may raise."""
_OF_KIND: Mapping[str, tuple[type, ...]] = {"bool": (bool,), "number": (int, float), "text": (str,)}


def save_split(split: Split, path: str | os.PathLike[str], *, private: bool = True) -> None:
    """Write a part to a file.

    Parameters
    ----------
    split : Split
    path : str or path
        Its folder is made where there is none.
    private : bool
        Whether only the owner may read the file (mode 0600) and enter its folder (mode 0700).

    Raises
    ------
    OutputError
        It cannot be written; nothing half-written stays behind.

    Examples
    --------
    >>> from bounty.rows.answers import Answers, Form
    >>> columns, said = Columns.of({"age": [20, None]}), Answers.of(Form.DECISION, [1, 0])
    >>> split = Split("checker", columns, Truth(np.array([1, 1], np.uint8)), said)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_split(split, Path(folder, "private", "checker.npz"))
    ...     load_split(Path(folder, "private", "checker.npz")).columns.by_name["age"].values()
    [20, None]
    """
    arrays: dict[str, npt.NDArray[Any]] = {"host": split.host.codes}
    arrays |= {f"column{i}": column.codes for i, column in enumerate(split.columns.by_name.values())}
    arrays |= {f"use{i}": answers.codes for i, answers in enumerate(split.alternatives.values())}
    if split.truth.codes is not None:
        arrays["truth"] = split.truth.codes
    if split.truth.units is not None:
        units = split.truth.units
        arrays["units"] = units.ones.mask if isinstance(units, Bits) else units.array()
    header = {
        "schema": SCHEMA,
        "part": split.part,
        "rows": split.rows,
        "form": split.host.form.value,
        "columns": [
            {"name": column.name, "kind": column.kind, "levels": column.levels}
            for column in split.columns.by_name.values()
        ],
        "alternatives": list(split.alternatives),
    }
    arrays[_HEADER] = np.frombuffer(json.dumps(header, allow_nan=False).encode(), dtype=np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    write_whole(path, buffer.getvalue(), private=private)


def load_split(path: str | os.PathLike[str]) -> Split:
    """Read a part from a file.

    Parameters
    ----------
    path : str or path

    Raises
    ------
    BountyError
        There is no such file, it is damaged, or it is no part of a bounty.

    Examples
    --------
    >>> load_split("nowhere/checker.npz")
    Traceback (most recent call last):
    ...
    fairkit.errors.BountyError: there is no file 'nowhere/checker.npz'; ...
    """
    file = Path(path)
    try:
        arrays = _arrays(file)
        return _split(arrays)
    except FileNotFoundError:
        raise BountyError(
            f"there is no file '{file}'; a bounty's folder must hold it: restore it from your copy."
        ) from None
    except _DAMAGE as error:
        problems = error.problems if isinstance(error, BountyError) else (_detail(error),)
        message = f"'{file}' is no part of a bounty, or is damaged: {'; '.join(problems)}"
        raise BountyError(f"{message.rstrip('.')}. Restore it from your copy.") from None


def write_whole(path: str | os.PathLike[str], content: bytes, *, private: bool) -> None:
    """Write a file whole or not at all, making its folder where there is none.

    Parameters
    ----------
    path : str or path
    content : bytes
    private : bool
        Whether only the owner may read it (mode 0600, folder 0700).

    Raises
    ------
    OutputError
        It cannot be written.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_whole(Path(folder, "private", "salt"), bytes(32), private=True)
    ...     oct(Path(folder, "private", "salt").stat().st_mode)
    '0o100600'
    """
    target = Path(path)
    try:
        target.parent.mkdir(mode=0o700 if private else 0o777, parents=True, exist_ok=True)
        if private:
            target.parent.chmod(0o700)
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.", suffix=".part")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o600 if private else 0o644)
            Path(name).replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise OutputError(f"'{target}' cannot be written: {error.strerror or error}.") from error


# --- reading ---


def _arrays(file: Path) -> dict[str, npt.NDArray[Any]]:
    """Read the arrays, after a look at how large and of what type they are."""
    size = file.stat().st_size
    if size > MOST_BYTES:
        raise ValueError(f"it has {size:,} bytes, more than {MOST_BYTES:,}")
    found: dict[str, npt.NDArray[Any]] = {}
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if sum(member.file_size for member in members) > size:
            raise ValueError("its members are larger than the file itself")
        for member in members:
            name = member.filename.removesuffix(".npy")
            if member.compress_type != zipfile.ZIP_STORED or member.compress_size != member.file_size:
                raise ValueError(f"'{name[:40]}' is packed")
            if name in found:
                raise ValueError(f"'{name[:40]}' is there twice")
            with archive.open(member) as content:
                found[name] = _array(name, content.read())
    return found


def _array(name: str, content: bytes) -> npt.NDArray[Any]:
    """Read one array; of all that NumPy's format can say, only a plain list of numbers is understood."""
    found = _PLAIN.match(content)
    if found is None or found[1].decode() not in _TYPES:
        raise ValueError(f"'{name[:40]}' is no plain list of numbers")
    array = np.frombuffer(content, dtype=found[1].decode(), offset=found.end())
    if len(array) != int(found[2]):
        raise ValueError(f"'{name[:40]}' has {len(array):,} numbers, and says {int(found[2]):,}")
    if array.dtype == np.bool_ and (array.view(np.uint8) > 1).any():
        raise ValueError(f"'{name[:40]}' holds what is neither true nor false")
    return array


def _split(arrays: dict[str, npt.NDArray[Any]]) -> Split:
    encoded = arrays.pop(_HEADER)
    if len(encoded) > _MOST_HEADER:
        raise ValueError("its header is too long")
    header = json.loads(encoded.tobytes(), parse_constant=_no_number)
    if not isinstance(header, dict) or header.get("schema") != SCHEMA:
        raise ValueError(f"its schema is not '{SCHEMA}'")
    part, form, rows = header["part"], Form(header["form"]), header["rows"]
    if part not in get_args(Part):
        raise ValueError(f"'{part}' is no part")
    listed, uses = header["columns"], header["alternatives"]
    wanted = {"host", *(f"column{i}" for i in range(len(listed))), *(f"use{i}" for i in range(len(uses)))}
    wanted |= {"units"} if form is Form.COST else {"truth"}
    if set(arrays) != wanted:
        raise ValueError(f"it must hold the arrays {sorted(wanted)}, it holds {sorted(arrays)[:20]}")
    if uneven := [name for name, array in arrays.items() if len(array) != rows]:
        raise ValueError(f"it must have {rows} rows, {', '.join(uneven)} have not")
    columns = [_column(one, arrays[f"column{i}"]) for i, one in enumerate(listed)]
    by_name = {column.name: column for column in columns}
    if len(by_name) < len(columns) or len({*uses}) < len(uses) or not all(type(use) is str for use in uses):
        raise ValueError("names of columns or models are no texts, or repeat")
    return Split(
        part,
        Columns(by_name, rows),
        Truth(units=_units(arrays["units"])) if form is Form.COST else Truth(_codes(form, arrays["truth"])),
        Answers(form, _codes(form, arrays["host"])),
        {name: Answers(form, _codes(form, arrays[f"use{i}"])) for i, name in enumerate(uses)},
    )


def _column(header: Any, codes: npt.NDArray[Any]) -> Column:
    name, kind, levels = header["name"], header["kind"], tuple(header["levels"])
    check_levels(name, kind, levels)
    if codes.dtype != code_type(len(levels)) or (len(codes) and int(codes.max()) > len(levels)):
        raise ValueError(f"column '{name}' has codes that stand for no value")
    return Column(name, kind, levels, codes)


def check_levels(name: str, kind: Kind, levels: tuple[Value, ...]) -> None:
    """Make sure that levels that were read are those of a column.

    Raises
    ------
    ValueError
        They are too many, of another kind, or not sorted.

    Examples
    --------
    >>> check_levels("age", "number", (20, 30))
    """
    if type(name) is not str or kind not in _OF_KIND:
        raise ValueError(f"column {name!r} has no name or no kind ({kind!r})")
    if not all(type(level) in _OF_KIND[kind] for level in levels):
        raise ValueError(f"column '{name}' holds {kind}, and has other levels")
    rising: Any = itertools.pairwise(levels)
    if len(levels) > MOST_LEVELS or not all(low < high for low, high in rising):
        raise ValueError(f"column '{name}' has levels that do not rise, or too many")


def _codes(form: Form, codes: npt.NDArray[Any]) -> npt.NDArray[Any]:
    least, most = int(codes.min(initial=0)), int(codes.max(initial=0))
    highest = {Form.DECISION: 1, Form.SCORE: STEPS}.get(form, most)
    if codes.dtype == np.bool_ or least < 0 or most > highest:
        raise ValueError(f"an answer lies outside what a model that gives {form.value} can answer")
    return codes


def _units(units: npt.NDArray[Any]) -> Any:
    if units.dtype not in (np.bool_, np.int64) or units.min(initial=0) < 0:
        raise ValueError("units are no whole numbers from 0 on")
    return as_amounts(units)


def _no_number(text: str) -> None:
    raise ValueError(f"it holds {text}, which is no number")


def _detail(error: Exception) -> str:
    text = " ".join(str(error).split())[:300]
    return text or type(error).__name__
