"""Loading a classifier from a local folder: what is not there, or not trained, is refused."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import torch

from fairkit.errors import DataError, MissingDependencyError, UsageError, did_you_mean, shortlist
from fairkit.text.networks.huggingface import HuggingFaceClassifier
from fairkit.text.networks.outputs import Link

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Device = Literal["cpu", "cuda", "auto"]
"""Where a network runs; ``auto`` is the first GPU, where there is one."""


def load_classifier(
    folder: str | Path,
    *,
    labels: Sequence[str] | None = None,
    link: Link | None = None,
    batch_size: int = 64,
    max_length: int | None = None,
    device: Device = "cpu",
) -> HuggingFaceClassifier:
    """Load a sequence classifier from a local Hugging Face folder; nothing is fetched from anywhere.

    Parameters
    ----------
    folder : str or Path
        With ``config.json``, weights and the tokenizer's files, as ``save_pretrained`` writes them.
    labels, link, batch_size, max_length
        As for :class:`HuggingFaceClassifier`.
    device : {"cpu", "cuda", "auto"}

    Returns
    -------
    HuggingFaceClassifier
        In evaluation mode and single precision: gradients in half precision carry about three digits.

    Raises
    ------
    DataError
        The folder is not there, holds no classifier, no trained head, or no tokenizer; the message says what
        it holds.
    UsageError
        The device is unknown or absent, or a setting does not fit the model.
    MissingDependencyError
        transformers is not installed.

    Examples
    --------
    >>> load_classifier("models/toxicty")
    Traceback (most recent call last):
        ...
    fairkit.errors.DataError: there is no folder 'models/toxicty'...
    """
    where = _folder(Path(folder))
    config = _config(where)
    chosen = _device(device)
    transformers = _transformers()
    try:
        with _quiet(transformers):
            model, loading = transformers.AutoModelForSequenceClassification.from_pretrained(
                where, local_files_only=True, output_loading_info=True
            )
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise DataError(f"the model in '{where}' cannot be loaded: {_first_line(error)}") from error
    if missing := sorted(loading["missing_keys"]):
        raise DataError(
            f"'{where}' holds no weights for {shortlist(missing)}: transformers would fill them with random "
            f"numbers. Its architecture is {shortlist(config.get('architectures') or ['unknown'])}; a "
            "classifier needs its trained head."
        )
    return HuggingFaceClassifier(
        model.float().to(chosen),
        _tokenizer(where, transformers),
        labels=labels,
        link=link,
        batch_size=batch_size,
        max_length=max_length,
    )


def _folder(folder: Path) -> Path:
    if folder.is_dir():
        return folder
    if folder.exists():
        raise DataError(
            f"'{folder}' is a file; a Hugging Face model is a folder with config.json and weights."
        )
    beside = [found.name for found in folder.parent.iterdir()] if folder.parent.is_dir() else []
    near = did_you_mean(folder.name, sorted(beside))
    raise DataError(
        f"there is no folder '{folder}'.{near} Models are read from a local folder and never fetched: "
        "download it first, or save one with save_pretrained()."
    )


def _config(folder: Path) -> dict[str, Any]:
    holds = shortlist(sorted(found.name for found in folder.iterdir())) or "nothing"
    path = folder / "config.json"
    if not path.is_file():
        raise DataError(f"'{folder}' is no Hugging Face model: it has no config.json (it holds {holds}).")
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataError(f"'{path}' is no JSON: {error}.") from error
    named = config.get("architectures") or []
    if named and not any("ForSequenceClassification" in name for name in named):
        raise DataError(
            f"'{folder}' holds {shortlist(named)}, which is no sequence classifier: its classification head "
            "would be made of random numbers. A classifier's config.json names a "
            "...ForSequenceClassification."
        )
    return dict(config)


def _transformers() -> Any:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # else it warns in every forked process
    try:
        import transformers
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            "reading a Hugging Face model needs transformers, which is not installed: pip install "
            "'fairkit[text]'."
        ) from error
    return transformers


@contextmanager
def _quiet(transformers: Any) -> Iterator[None]:
    """Keep transformers from drawing bars and reports: what is wrong is said in one error."""
    said = transformers.utils.logging
    level, bars = said.get_verbosity(), said.is_progress_bar_enabled()
    said.set_verbosity_error()
    said.disable_progress_bar()
    try:
        yield
    finally:
        said.set_verbosity(level)
        if bars:
            said.enable_progress_bar()


def _tokenizer(folder: Path, transformers: Any) -> PreTrainedTokenizerBase:
    names = (
        "tokenizer.json",
        "vocab.txt",
        "vocab.json",
        "spiece.model",
        "sentencepiece.bpe.model",
        "tokenizer.model",
    )
    if not any((folder / name).is_file() for name in names):
        holds = shortlist(sorted(found.name for found in folder.iterdir()))
        raise DataError(
            f"'{folder}' has no tokenizer (it holds {holds}; one of {shortlist(names)} is needed): save the "
            "tokenizer the model was trained with into the same folder, with save_pretrained()."
        )
    try:
        found: PreTrainedTokenizerBase = transformers.AutoTokenizer.from_pretrained(
            folder, local_files_only=True
        )
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise DataError(f"the tokenizer in '{folder}' cannot be loaded: {_first_line(error)}") from error
    return found


def _device(device: str) -> torch.device:
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        found = torch.device(device)
    except RuntimeError as error:
        raise UsageError(f"device '{device}' is unknown; there are 'cpu', 'cuda', 'auto'.") from error
    if found.type == "cuda" and not torch.cuda.is_available():
        raise UsageError("device 'cuda' was asked for, but torch finds no GPU here; say 'cpu' or 'auto'.")
    return found


def _first_line(error: Exception) -> str:
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__
