"""Find a public file on this machine, or fetch it; either way nothing is used before its checksum was seen.

Looked for in this order: where the caller says, the folder in ``FAIRKIT_DATA``, the cache (``FAIRKIT_CACHE``,
else ``XDG_CACHE_HOME/fairkit``, else ``~/.cache/fairkit``). All have one layout: ``compas/``, ``adult/``,
``acs/``. Fetching is never a surprise: it happens only where the caller asks for it. ``FAIRKIT_MIRROR`` names
another server of that layout, for machines behind a wall; since checksums are pinned here, a mirror need not
be trusted.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import shutil
import uuid
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from fairkit import __version__
from fairkit.errors import DataError, OutputError, UsageError

_CHUNK = 1 << 20
_TIMEOUT = 60.0


@dataclass(frozen=True, slots=True)
class Source:
    """A public file.

    Parameters
    ----------
    title : str
        For people.
    file : str
        Where it lies under a data folder, the cache or a mirror, with ``/``.
    url : str
        The publisher's address of it, or of a zip archive that holds it.
    sha256 : tuple of str
        Checksums of the known versions; empty where none is pinned, and then nothing is verified.
    largest : int
        Most bytes that the file may have, fetched or unpacked.
    terms : str
        What its publisher allows, in one sentence.
    get_with : str
        The call that fetches it; empty where fairkit does not.
    """

    title: str
    file: str
    url: str
    sha256: tuple[str, ...]
    largest: int
    terms: str
    get_with: str

    @property
    def name(self) -> str:
        """Name of the file itself."""
        return self.file.rpartition("/")[2]


def cache_folder() -> Path:
    """Return the folder in which fetched and generated files are kept; it need not exist."""
    own, general = os.environ.get("FAIRKIT_CACHE"), os.environ.get("XDG_CACHE_HOME")
    if own:
        return Path(own).expanduser()
    return (Path(general) if general else Path("~/.cache")).expanduser() / "fairkit"


def locate(source: Source, *, given: Sequence[Path] = (), download: bool = False, check: bool = True) -> Path:
    """Return the path of a public file whose checksum was verified.

    Parameters
    ----------
    source : Source
    given : sequence of Path
        Where the caller says it is; if not empty, nothing else is tried.
    download : bool
        Whether to fetch it where it is not found.
    check : bool
        Whether a file that is found must be a known version.

    Raises
    ------
    DataError
        It is nowhere, is not the known file, or could not be fetched.
    OutputError
        The cache cannot be written.
    UsageError
        Both a place and ``download`` were given.
    """
    if given and download:
        raise UsageError(f"{source.title}: give a path or download=True, not both.")
    places = list(given) or _usual_places(source)
    for place in places:
        if place.is_file():
            if check:
                verify(place, source)
            return place
    if download:
        return fetch(source, cache_folder() / source.file)
    looked = ", ".join(str(place) for place in places)
    how = f"Get it with {source.get_with}, or save" if source.get_with else "fairkit does not fetch it: save"
    raise DataError(
        f"{source.title} is not on this machine (looked for {looked}). {how} {source.url} there; "
        f"FAIRKIT_DATA may name another folder. Terms: {source.terms}"
    )


def verify(path: Path, source: Source, *, shown: str | None = None) -> None:
    """Check that a file, or the member of a zip archive, is a known version of the source.

    Parameters
    ----------
    path : Path
    source : Source
    shown : str, optional
        What to call the file in a message; its path by default.

    Raises
    ------
    DataError
        It is not; the message has both checksums.
    """
    try:
        with opened(path, source) as file:
            found = _digest(file)
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}.") from error
    if source.sha256 and found not in source.sha256:
        expected = " or ".join(source.sha256)
        how = (
            f"Get it again with {source.get_with}; to use a changed file, read it with pandas.read_csv."
            if source.get_with
            else f"Get it again from {source.url}, or say verify=False to read a changed file of its form."
        )
        raise DataError(
            f"{shown or path} is not {source.title} as published: its sha256 is {found}, not {expected}. "
            + how
        )


@contextmanager
def opened(path: Path, source: Source) -> Iterator[IO[bytes]]:
    """Open a file of the source, inside a zip archive where the path is one.

    Raises
    ------
    DataError
        The archive does not hold the file, or is damaged.
    """
    if not zipfile.is_zipfile(path):
        with path.open("rb") as file:
            yield file
        return
    try:
        with zipfile.ZipFile(path) as archive:
            if source.name not in archive.namelist():
                raise DataError(f"{path} holds no {source.name}. It is another archive than {source.url}.")
            size = archive.getinfo(source.name).file_size
            if size > source.largest:
                raise DataError(f"{path} unpacks to {size:,} bytes, so it is not {source.title}.")
            with archive.open(source.name) as file:
                yield file
    except (zipfile.BadZipFile, zlib.error) as error:
        raise DataError(f"{path} is a damaged archive: {error}. Delete it and get it again.") from error


def fetch(source: Source, target: Path) -> Path:
    """Fetch a file, verify it, and only then put it in its place.

    Raises
    ------
    DataError
        It could not be fetched, is too large or is not the known file. Nothing is left behind.
    OutputError
        The place cannot be written.
    """
    mirror = os.environ.get("FAIRKIT_MIRROR", "").rstrip("/")
    address = (
        f"{mirror}/{source.file.rpartition('/')[0]}/{source.url.rpartition('/')[2]}" if mirror else source.url
    )
    if urlsplit(address).scheme not in {"http", "https"}:
        raise UsageError(
            f"cannot fetch from '{address}': FAIRKIT_MIRROR must begin with http:// or https://."
        )
    raw = target.with_name(f".{target.name}.{uuid.uuid4().hex}.fetched")
    try:
        raw.parent.mkdir(parents=True, exist_ok=True)
        with raw.open("xb") as file:
            for chunk in _received(source, address):
                file.write(chunk)
        if source.url.endswith(".zip") and not zipfile.is_zipfile(raw):
            raise DataError(
                f"{address} sends no zip archive. Nothing was kept; see in a browser what it sends."
            )
        verify(raw, source, shown=address)
        with opened(raw, source) as content, replacing(target) as kept:
            shutil.copyfileobj(content, kept, _CHUNK)
    except OSError as error:
        raise OutputError(
            f"cannot keep {source.title} as {target}: {error.strerror or error}. "
            "Set FAIRKIT_CACHE to a folder you may write to."
        ) from error
    finally:
        with suppress(OSError):
            raw.unlink()
    return target


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Write a file that appears whole or not at all: beside its place first, then by one rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        with beside.open("xb") as file:
            yield file
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _usual_places(source: Source) -> list[Path]:
    data = os.environ.get("FAIRKIT_DATA")
    folders = [Path(data).expanduser()] if data else []
    return [folder / source.file for folder in (*folders, cache_folder())]


def _received(source: Source, address: str) -> Iterator[bytes]:
    request = Request(address, headers={"User-Agent": f"fairkit/{__version__}"})  # noqa: S310  http(s) only, checked
    taken = 0
    try:
        with urlopen(request, timeout=_TIMEOUT) as response:  # noqa: S310
            while chunk := response.read(_CHUNK):
                taken += len(chunk)
                if taken > source.largest:
                    raise DataError(
                        f"{address} sends more than {source.largest:,} bytes, so it is not {source.title}. "
                        "Nothing was kept."
                    )
                yield chunk
    except (OSError, http.client.HTTPException) as error:
        raise DataError(
            f"cannot fetch {source.title} from {address}: {error}. Save it by hand and give its path, or set "
            "FAIRKIT_MIRROR to a server that has it."
        ) from error


def _digest(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()
