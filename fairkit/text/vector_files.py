"""Files of word vectors: word2vec and GloVe text, NumPy archives, token embeddings in safetensors."""

from __future__ import annotations

import gzip
import json
import os
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from fairkit.errors import DataError, MissingDependencyError, UsageError, did_you_mean, shortlist
from fairkit.text.vectors import WordVectors

_TEXTS = (".txt", ".vec", ".w2v", ".glove", ".txt.gz", ".vec.gz")
_TOGETHER = 4096
_OF_BYTES = "\u0120"  # how tokenizers of bytes write a blank
_WITHIN = "\0"  # no word begins so
_HEADER = re.compile(r"\s*(\d+)\s+(\d+)\s*")
_MOST_ROWS = 10_000_000
_EMBEDDINGS = re.compile(r"(word_embeddings|embed_tokens|wte|tok_embeddings|embeddings?)\.weight$")


class Vocabulary(NamedTuple):
    """What the rows of a matrix of token embeddings stand for.

    Attributes
    ----------
    words : tuple of str
        The word of each row; of a piece from within a word, as the tokenizer writes it, marked by a zero byte
        so that no word is mistaken for it.
    file : Path
    blank : str
        What stands before a word that is split, so that it is split as within a text.
    unknown : int or None
        The row of what the tokenizer does not know.
    """

    words: tuple[str, ...]
    file: Path
    blank: str
    unknown: int | None = None


def load(
    path: str | os.PathLike[str],
    *,
    only: Collection[str] | None,
    vocabulary: str | os.PathLike[str] | None,
    tensor: str | None,
) -> WordVectors:
    """Read vectors in the form that a file's name tells; see :func:`fairkit.text.vectors.load_vectors`."""
    file = Path(path)
    if file.is_dir():
        inner = file / "model.safetensors"
        if not inner.is_file():
            raise DataError(f"the folder '{file}' holds no model.safetensors; name a file of vectors.")
        file = inner
    if not file.is_file():
        raise DataError(f"there is no file of word vectors at '{file}'.")
    name = file.name.lower()
    if name.endswith(".safetensors"):
        return _safetensors(file, None if vocabulary is None else Path(vocabulary), tensor)
    if vocabulary is not None or tensor is not None:
        raise UsageError(f"a vocabulary and a tensor are of safetensors; '{file.name}' has its own words.")
    if name.endswith(".npz"):
        return _archive(file)
    if name.endswith(_TEXTS):
        try:
            return _text(file, only)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise DataError(f"'{file}' cannot be unpacked, it is cut short or damaged: {error}.") from None
    raise UsageError(
        f"'{file.name}' has no form of word vectors that is known (there are {shortlist(_TEXTS)}, '.npz', "
        "'.safetensors'). Binary word2vec files are written as text by gensim: save_word2vec_format(path, "
        "binary=False)."
    )


# --- text ---


def _text(file: Path, only: Collection[str] | None) -> WordVectors:
    wanted = None if only is None else {word.casefold() for word in only}
    begins = None if wanted is None else {word.partition(" ")[0] for word in wanted}
    words: list[str] = []
    blocks: list[npt.NDArray[np.float32]] = []
    count: int | None = None
    with _opened(file) as stream:
        numbered: Iterator[tuple[int, str]] = enumerate(stream, 1)
        _, first = next(numbered, (0, ""))
        if not first.strip():
            raise DataError(f"'{file}' holds no word vectors: its first line is empty.")
        header = _HEADER.fullmatch(first)
        if header is not None:
            count, dimensions = int(header[1]), int(header[2])
        else:
            dimensions = _dimensions(first, file)
            numbered = _chained((1, first), numbered)
        read = 0
        for lines in _blocks(numbered):
            if not read and header is not None and _dimensions(lines[0][1], file) > dimensions:
                raise DataError(
                    f"'{file}' promises {dimensions} numbers of a word in its first line, and line "
                    f"{lines[0][0]} has {_dimensions(lines[0][1], file)}: {lines[0][1][:60]!r}."
                )
            read += len(lines)
            # Whatever is asked for: a file that is cut short ends within a line.
            _split(lines[-1][1], dimensions, lines[-1][0], file)
            kept = [
                (*_split(line, dimensions, number, file), number)
                for number, line in lines
                if begins is None or line.partition(" ")[0].casefold() in begins
            ]
            kept = [one for one in kept if wanted is None or one[0].casefold() in wanted]
            if kept:
                words += [word for word, _, _ in kept]
                blocks.append(_numbers([(numbers, number) for _, numbers, number in kept], dimensions, file))
    if count is not None and read != count:
        raise DataError(
            f"'{file}' promises {count:,} words in its first line and has {read:,}: it is cut short or "
            "damaged."
        )
    if not read:
        raise DataError(f"'{file}' holds no word vectors: nothing stands below its first line.")
    if not words:
        raise DataError(f"'{file}' has none of the words asked for: {shortlist(sorted(only or ()))}.")
    return WordVectors(tuple(words), np.concatenate(blocks), str(file))


def _opened(file: Path) -> IO[str]:
    if file.name.lower().endswith(".gz"):
        return gzip.open(file, "rt", encoding="utf-8-sig", errors="replace", newline="\n")
    return file.open(encoding="utf-8-sig", errors="replace", newline="\n")


def _dimensions(line: str, file: Path) -> int:
    """Count the numbers at the end of the first line: a word may hold blanks, a number may not."""
    parts = line.split()
    numbers = 0
    for part in reversed(parts[1:]):
        try:
            float(part)
        except ValueError:
            break
        numbers += 1
    if numbers < 1:
        raise DataError(
            f"'{file}' is no text of word vectors: its first line is {line.strip()[:60]!r}, and each line is "
            "a word and its numbers, with blanks between them."
        )
    return numbers


def _chained(first: tuple[int, str], rest: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    yield first
    yield from rest


def _blocks(numbered: Iterator[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    block: list[tuple[int, str]] = []
    for number, line in numbered:
        if line.strip(" \t\r\n"):
            block.append((number, _spaced(line.rstrip("\r\n \t"))))
        if len(block) == _TOGETHER:
            yield block
            block = []
    if block:
        yield block


def _spaced(line: str) -> str:
    """Put one blank between a word and its numbers; blanks of other kinds may be words themselves."""
    if "\t" in line:
        line = line.replace("\t", " ")
    while "  " in line:
        line = line.replace("  ", " ")
    return line


def _split(line: str, dimensions: int, number: int, file: Path) -> tuple[str, str]:
    word, *numbers = line.rsplit(" ", dimensions)
    if len(numbers) != dimensions:
        raise DataError(
            f"line {number} of '{file}' has {len(numbers)} numbers instead of {dimensions}: "
            f"{line.strip()[:60]!r}."
        )
    return word, " ".join(numbers)


def _numbers(rows: Sequence[tuple[str, int]], dimensions: int, file: Path) -> npt.NDArray[np.float32]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # what is no number ends the reading with a warning only
        try:
            found = np.fromstring(" ".join(text for text, _ in rows), dtype=np.float64, sep=" ")
        except (DeprecationWarning, ValueError):
            found = np.zeros(0)
    if len(found) == len(rows) * dimensions:
        with np.errstate(over="ignore"):  # what no float32 holds is infinite, and refused by its word
            return found.reshape(len(rows), dimensions).astype(np.float32)
    for text, number in rows:
        for part in text.split():
            try:
                float(part)
            except ValueError:
                raise DataError(f"line {number} of '{file}' holds {part!r} where a number belongs.") from None
    raise DataError(f"the numbers of '{file}' cannot be read.")


# --- archives ---


def _archive(file: Path) -> WordVectors:
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            names = list(archive.files)
            words, matrix = (archive[name] if name in names else None for name in ("words", "matrix"))
    except (OSError, ValueError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(
            f"'{file}' is no archive of word vectors, or is damaged ({str(error).partition('. ')[0]}). Write "
            "it with numpy.savez(file, words=..., matrix=...), words as an array of texts, not of objects."
        ) from None
    if words is None or matrix is None:
        raise DataError(
            f"'{file}' has the arrays {shortlist(names)}; word vectors are 'words' (texts) and 'matrix'."
        )
    if words.ndim != 1 or words.dtype.kind != "U":
        raise DataError(f"'words' of '{file}' is no list of texts (shape {words.shape}, type {words.dtype}).")
    return WordVectors(tuple(words.tolist()), matrix, str(file))


# --- token embeddings ---


def _safetensors(file: Path, vocabulary: Path | None, tensor: str | None) -> WordVectors:
    try:
        from safetensors import SafetensorError, safe_open
    except ModuleNotFoundError:
        raise MissingDependencyError(
            "reading safetensors needs the package safetensors: pip install 'fairkit[text]'."
        ) from None
    known = _vocabulary(_beside(file) if vocabulary is None else vocabulary)
    try:
        with safe_open(file, "np") as opened:
            shapes = {name: tuple(opened.get_slice(name).get_shape()) for name in opened.keys()}  # noqa: SIM118
            name = _chosen(shapes, tensor, len(known.words), file)
            half = opened.get_slice(name).get_dtype() == "BF16"
            matrix = _bfloat16(file, name, shapes[name]) if half else opened.get_tensor(name)
    except (SafetensorError, TypeError) as error:
        raise DataError(f"'{file}' cannot be read as safetensors: {error}.") from None
    rows = matrix[: len(known.words)].astype(np.float32)
    return WordVectors(known.words, rows, f"{file} ({name})", _pieces(known))


def _bfloat16(file: Path, name: str, shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """Read a matrix of a type that NumPy does not have: the upper halves of single precision."""
    with file.open("rb") as stream:
        header = int.from_bytes(stream.read(8), "little")
        begin, end = json.loads(stream.read(header))[name]["data_offsets"]
        stream.seek(8 + header + begin)
        halves = np.frombuffer(stream.read(end - begin), dtype="<u2")
    return (halves.astype(np.uint32) << 16).view(np.float32).reshape(shape)


def _beside(file: Path) -> Path:
    for name in ("tokenizer.json", "vocab.txt"):
        if (file.parent / name).is_file():
            return file.parent / name
    raise DataError(
        f"'{file}' has no tokenizer.json or vocab.txt beside it, and its rows have no names; name the file "
        "of its vocabulary."
    )


def _vocabulary(file: Path) -> Vocabulary:
    try:
        content = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"the vocabulary '{file}' cannot be read: {error}.") from None
    if file.suffix.lower() != ".json":
        tokens = tuple(content.removesuffix("\n").split("\n"))
        return _named(tokens, file)
    try:
        model = json.loads(content)["model"]
        listed = model["vocab"]
        if isinstance(listed, dict):
            numbered = {int(i): str(token) for token, i in listed.items()}
        else:
            numbered = {i: str(token) for i, (token, _) in enumerate(listed)}
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"'{file}' is no tokenizer.json: it has no model with a vocabulary "
            f"({type(error).__name__}: {error})."
        ) from None
    if not numbered or min(numbered) < 0 or max(numbered) >= _MOST_ROWS:
        told = f"numbers its words from {min(numbered)} to {max(numbered)}" if numbered else "is empty"
        raise DataError(f"the vocabulary of '{file}' {told}.")
    tokens = tuple(numbered.get(i, f"<row {i}>") for i in range(max(numbered) + 1))
    unknown = model.get("unk_id")  # of tokenizers of the kind Unigram; others name the token
    if unknown is None:
        unknown = next((i for i, token in numbered.items() if token == model.get("unk_token")), None)
    return _named(tokens, file)._replace(unknown=unknown)


def _named(tokens: tuple[str, ...], file: Path) -> Vocabulary:
    """Name the rows: the word where a token begins one, and something that is no word where it does not."""
    for marker in ("\u2581", _OF_BYTES):
        if sum(token.startswith(marker) for token in tokens) > 0.1 * len(tokens):
            words = [t[1:] if t.startswith(marker) and len(t) > 1 else _WITHIN + t for t in tokens]
            return Vocabulary(tuple(words), file, " " if marker == _OF_BYTES else "")
    return Vocabulary(tuple(_WITHIN + t if t.startswith("##") else t for t in tokens), file, "")


def _chosen(shapes: dict[str, tuple[int, ...]], tensor: str | None, words: int, file: Path) -> str:
    """Choose the matrix: the one named, else the only one with a row for each word of the vocabulary."""
    if tensor is not None:
        if tensor not in shapes:
            raise DataError(
                f"'{file}' has no tensor '{tensor}' (it has {shortlist(sorted(shapes))})."
                f"{did_you_mean(tensor, shapes)}"
            )
        if len(shapes[tensor]) != 2 or shapes[tensor][0] < words:
            raise DataError(
                f"the tensor '{tensor}' of shape {shapes[tensor]} has no row for each of {words} words."
            )
        return tensor
    fitting = [name for name, shape in shapes.items() if len(shape) == 2 and shape[0] >= words]
    named = [name for name in fitting if _EMBEDDINGS.search(name)]
    for found in (fitting, named):
        if len(found) == 1:
            return found[0]
    raise DataError(
        f"which of the tensors of '{file}' holds the vectors of {words:,} words? "
        + (f"Name one of {shortlist(named or fitting)}." if fitting else f"None has so many rows: {shapes}.")
    )


def _pieces(known: Vocabulary) -> Callable[[str], Sequence[int]]:
    """Split words as the vocabulary's tokenizer does, where there is one."""
    loaded: list[Any] = []

    def split(word: str) -> Sequence[int]:
        if not loaded:
            loaded.append(_tokenizer(known.file))
        if loaded[0] is None:
            return ()
        try:
            encoding = loaded[0].encode(known.blank + word, add_special_tokens=False)
        except Exception:  # noqa: BLE001  a plain one, of a word that it does not know
            return ()
        ids = [int(i) for i in encoding.ids]
        return () if known.unknown in ids or max(ids, default=0) >= len(known.words) else ids

    return split


def _tokenizer(file: Path) -> Any:
    if file.suffix.lower() != ".json":
        return None
    try:
        from tokenizers import Tokenizer
    except ModuleNotFoundError:
        raise MissingDependencyError(
            "words that are split need the package tokenizers: pip install 'fairkit[text]'."
        ) from None
    try:
        found = Tokenizer.from_file(str(file))
    except Exception as error:  # noqa: BLE001  the library raises nothing narrower
        raise DataError(f"'{file}' is no tokenizer that can be loaded: {error}.") from None
    found.no_padding()  # a saved tokenizer may fill every text up to one length
    found.no_truncation()
    return found
