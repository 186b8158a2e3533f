"""Local Hugging Face folders, of any kind of model: what is read of them, and why one is refused.

Nothing is fetched from anywhere. What a folder lacks is said by name: weights that are not there would be
filled with random numbers, and everything measured by them would be noise with a table around it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from fairkit.errors import DataError, MissingDependencyError, UsageError, did_you_mean, shortlist

Device = Literal["cpu", "cuda", "auto"]
"""Where a model runs; ``auto`` is the first GPU, where there is one."""

_TOKENIZERS = (
    "tokenizer.json",
    "vocab.txt",
    "vocab.json",
    "spiece.model",
    "sentencepiece.bpe.model",
    "tokenizer.model",
)
_AFTER_THE_PADDING = ("longformer", "camembert")
"""With those called roberta, the models whose positions begin after the padding's."""
_UNLIMITED = 1_000_000
_CANNOT = (OSError, ValueError, RuntimeError, KeyError)
"""What transformers raises for files it cannot read."""


def configuration(folder: Path) -> dict[str, Any]:
    """Read the config.json of a folder.

    Raises
    ------
    DataError
        There is no such folder or file, or it is no JSON object.

    Examples
    --------
    >>> configuration(Path("nowhere"))
    Traceback (most recent call last):
        ...
    fairkit.errors.DataError: there is no model folder 'nowhere'...
    """
    if folder.exists() and not folder.is_dir():
        raise DataError(
            f"'{folder}' is a file; a Hugging Face model is a folder with config.json and weights."
        )
    if not folder.is_dir():
        beside = sorted(found.name for found in folder.parent.iterdir()) if folder.parent.is_dir() else []
        near = did_you_mean(folder.name, beside)
        raise DataError(
            f"there is no model folder '{folder}'.{near} Models are read from local folders and never "
            "fetched: download it first, or save one with save_pretrained()."
        )
    path = folder / "config.json"
    if not path.is_file():
        raise DataError(
            f"'{folder}' is no Hugging Face model: it has no config.json (it holds {_held(folder)})."
        )
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataError(f"'{path}' is no JSON: {error}.") from None
    if not isinstance(config, dict):
        raise DataError(f"'{path}' is no JSON object.")
    return config


def libraries() -> Any:
    """Import transformers, or say what to install.

    Raises
    ------
    MissingDependencyError

    Examples
    --------
    >>> libraries().__name__
    'transformers'
    """
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # else it warns in every forked process
    try:
        import torch  # noqa: F401  transformers imports without it and fails later
        import transformers
    except ModuleNotFoundError:
        raise MissingDependencyError(
            "reading a Hugging Face model needs torch and transformers: pip install 'fairkit[text]'."
        ) from None
    return transformers


def load_model(folder: Path, automatic: str, *, wanted: str) -> tuple[Any, dict[str, Any]]:
    """Load the weights of a folder into a model, in evaluation mode and single precision, on the CPU.

    Gradients and sums in half precision carry about three digits.

    Parameters
    ----------
    folder : Path
    automatic : str
        The class of transformers that chooses the architecture, such as ``AutoModelForMaskedLM``.
    wanted : str
        What the model must have, in words.

    Returns
    -------
    tuple of (PreTrainedModel, dict)
        The model, and what transformers told of weights that were missing or did not fit.

    Raises
    ------
    DataError
        transformers cannot read the folder as such a model.

    Examples
    --------
    >>> import tempfile
    >>> load_model(Path(tempfile.mkdtemp()), "AutoModel", wanted="hidden states")
    Traceback (most recent call last):
        ...
    fairkit.errors.DataError: ...holds no model with hidden states...
    """
    transformers = libraries()
    with _quiet(transformers):
        try:
            model, told = getattr(transformers, automatic).from_pretrained(
                folder, local_files_only=True, output_loading_info=True
            )
        except _CANNOT as error:
            raise DataError(f"'{folder}' holds no model with {wanted}: {_first_line(error)}") from None
    return model.eval().float(), told


def load_tokenizer(folder: Path) -> Any:
    """Load the tokenizer of a folder; one without a padding token pads with another, which is never read.

    Raises
    ------
    DataError
        There is none, or it cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> load_tokenizer(Path(tempfile.mkdtemp()))
    Traceback (most recent call last):
        ...
    fairkit.errors.DataError: ...has no tokenizer...
    """
    transformers = libraries()
    if not any((folder / name).is_file() for name in _TOKENIZERS):
        raise DataError(
            f"'{folder}' has no tokenizer (it holds {_held(folder)}; one of {shortlist(_TOKENIZERS)} is "
            "needed): save the one the model was trained with into the same folder, with save_pretrained()."
        )
    try:
        with _quiet(transformers):
            found = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except _CANNOT as error:
        raise DataError(f"the tokenizer in '{folder}' cannot be loaded: {_first_line(error)}") from None
    if found.pad_token is None:
        known = (found.eos_token, found.unk_token, found.convert_ids_to_tokens(0))
        found.pad_token = next((token for token in known if token is not None), None)
    return found


def longest(config: Any, tokenizer: Any) -> int:
    """Tell how many tokens a model can read of one text.

    Parameters
    ----------
    config : PretrainedConfig
    tokenizer : PreTrainedTokenizerBase

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> config = SimpleNamespace(model_type="roberta", max_position_embeddings=514, pad_token_id=1)
    >>> longest(config, SimpleNamespace(model_max_length=int(1e30)))
    512
    """
    limits = [n for n in (tokenizer.model_max_length, positions(config)) if n is not None]
    return min((int(n) for n in limits if 0 < n < _UNLIMITED), default=512)


def positions(config: Any) -> int | None:
    """Tell how many positions a model has embeddings for; None where its configuration says nothing.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> positions(SimpleNamespace(model_type="gpt2", n_positions=1024)), positions(SimpleNamespace())
    (1024, None)
    """
    found = getattr(config, "max_position_embeddings", None) or getattr(config, "n_positions", None)
    if found is None:
        return None
    kind = str(getattr(config, "model_type", ""))
    if "roberta" in kind or kind in _AFTER_THE_PADDING:
        found -= int(config.pad_token_id or 0) + 1
    return int(found)


def place(device: str) -> Any:
    """Find the torch device that is named.

    Raises
    ------
    UsageError
        There is no such device, or no GPU here.

    Examples
    --------
    >>> place("cpu")
    device(type='cpu')
    """
    libraries()
    import torch

    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if device not in ("cpu", "cuda"):
        raise UsageError(f"device {device!r} is unknown (there are 'cpu', 'cuda', 'auto').")
    if device == "cuda" and not torch.cuda.is_available():
        raise UsageError("device 'cuda' was asked for, and torch finds no GPU here; say 'cpu' or 'auto'.")
    return torch.device(device)


@contextmanager
def _quiet(transformers: Any) -> Iterator[None]:
    """Keep transformers from narrating what it loads: what matters of it is raised."""
    logging = transformers.utils.logging
    before, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(before)
        if bars:
            logging.enable_progress_bar()


def _held(folder: Path) -> str:
    return shortlist(sorted(found.name for found in folder.iterdir())) or "nothing"


def _first_line(error: Exception) -> str:
    text = str(error).strip().split("\n", maxsplit=1)[0]
    return text if text.endswith(".") else f"{text or type(error).__name__}."
