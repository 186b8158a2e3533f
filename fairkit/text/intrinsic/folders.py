"""Local Hugging Face folders: a model is loaded whole, or refused by the names of the weights it lacks.

A head whose weights are not in the folder would be filled with random numbers, and everything measured by it
would be noise with a table around it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from fairkit.errors import DataError, MissingDependencyError, UsageError, did_you_mean, shortlist

Head = Literal["encoder", "masked", "causal", "next sentence"]
"""What is asked of a model: hidden states, a masked word, the next word, or the next sentence."""

Kind = Literal["masked", "causal"]
"""What a language model predicts: words that are masked, or the next one."""

Device = Literal["cpu", "cuda", "auto"]
"""Where a model runs; ``auto`` is the first GPU, where there is one."""

_CLASSES: Mapping[Head, str] = MappingProxyType(
    {
        "encoder": "AutoModel",
        "masked": "AutoModelForMaskedLM",
        "causal": "AutoModelForCausalLM",
        "next sentence": "AutoModelForNextSentencePrediction",
    }
)
_WANTED: Mapping[Head, str] = MappingProxyType(
    {
        "encoder": "hidden states",
        "masked": "a head that predicts masked words",
        "causal": "a head that predicts the next word",
        "next sentence": "a head that predicts the next sentence",
    }
)
_POOLER = re.compile(r"(^|\.)pooler\.")
_TOKENIZERS = ("tokenizer.json", "vocab.txt", "vocab.json", "spiece.model", "tokenizer.model")
_UNLIMITED = 1_000_000


class Loaded(NamedTuple):
    """A model from a folder.

    Attributes
    ----------
    model, tokenizer : Any
        Of transformers; the model is in evaluation mode and single precision.
    longest : int
        Tokens it can read.
    folder : Path
    """

    model: Any
    tokenizer: Any
    longest: int
    folder: Path


def load_folder(folder: str | os.PathLike[str], head: Head, *, device: Device = "cpu") -> Loaded:
    """Load a model with the head that is needed; nothing is fetched from anywhere.

    Parameters
    ----------
    folder : str or path
        As ``save_pretrained`` writes it, with the tokenizer.
    head : {"encoder", "masked", "causal", "next sentence"}
    device : {"cpu", "cuda", "auto"}

    Raises
    ------
    DataError
        There is no such folder, it holds no model or no tokenizer, or no weights for the head.
    UsageError
        There is no such device.
    MissingDependencyError
        torch or transformers is not installed.

    Examples
    --------
    >>> load_folder("models/brt", "masked")
    Traceback (most recent call last):
        ...
    fairkit.errors.DataError: there is no model folder 'models/brt'...
    """
    where = Path(folder)
    config = configuration(where)
    transformers, place = libraries(), _place(device)
    refusal = _refusal(config, head, transformers)
    if refusal:
        raise DataError(f"'{where}' {refusal}")
    with _quiet(transformers):
        try:
            model, told = getattr(transformers, _CLASSES[head]).from_pretrained(
                where, local_files_only=True, output_loading_info=True
            )
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            raise DataError(f"'{where}' holds no model with {_WANTED[head]}: {_first_line(error)}") from None
        missing = sorted(name for name in told["missing_keys"] if not _POOLER.search(name))
        wrong = sorted(str(name) for name, *_ in told.get("mismatched_keys") or ())
        if missing or wrong:
            raise DataError(_untrained(where, head, config, missing or wrong))
        tokenizer = _tokenizer(where, transformers)
    if tokenizer.pad_token is None:  # what is written there is never attended to
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token
    return Loaded(model.eval().float().to(place), tokenizer, _longest(model.config, tokenizer), where)


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
    if not folder.is_dir():
        beside = sorted(found.name for found in folder.parent.iterdir()) if folder.parent.is_dir() else []
        near = did_you_mean(folder.name, beside)
        raise DataError(
            f"there is no model folder '{folder}'.{near} Models are read from local folders and never "
            f"fetched: "
            "download it first, or save one with save_pretrained()."
        )
    path = folder / "config.json"
    if not path.is_file():
        holds = shortlist(sorted(found.name for found in folder.iterdir())) or "nothing"
        raise DataError(f"'{folder}' is no Hugging Face model: it has no config.json (it holds {holds}).")
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataError(f"'{path}' is no JSON: {error}.") from None
    if not isinstance(config, dict):
        raise DataError(f"'{path}' is no JSON object.")
    return config


def kind_of(folder: str | os.PathLike[str]) -> Kind:
    """Tell whether a folder holds a masked or a causal language model, by its configuration.

    Raises
    ------
    DataError
        It holds neither.

    Examples
    --------
    >>> import json, tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "config.json").write_text(json.dumps({"architectures": ["BertForMaskedLM"]}))
    >>> kind_of(folder)
    'masked'
    """
    where = Path(folder)
    config = configuration(where)
    named = [str(name) for name in config.get("architectures") or []]
    if any(name.endswith(("ForMaskedLM", "ForPreTraining")) for name in named):
        return "masked"
    if any(name.endswith(("ForCausalLM", "LMHeadModel")) for name in named):
        return "causal"
    model_type = str(config.get("model_type", ""))
    masked, causal = _known(libraries())
    if model_type in masked and not config.get("is_decoder"):
        return "masked"
    if model_type in causal:
        return "causal"
    raise DataError(
        f"'{where}' holds {shortlist(named) or 'a model'} of type '{model_type}', which is no language "
        f"model; a "
        "masked one (such as BERT) or a causal one (such as GPT-2) is needed."
    )


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


def _refusal(config: Mapping[str, Any], head: Head, transformers: Any) -> str | None:
    if config.get("is_encoder_decoder"):
        return (
            "reads a text twice, in an encoder and in a decoder; one with an encoder or a decoder is needed."
        )
    masked, _ = _known(transformers)
    if head == "causal" and config.get("model_type") in masked and not config.get("is_decoder"):
        return (
            f"holds a model of type '{config.get('model_type')}', which sees words on both sides: what it "
            f"would "
            "give as the probability of the next word is none. It is measured as a masked language model."
        )
    return None


def _known(transformers: Any) -> tuple[Mapping[str, str], Mapping[str, str]]:
    auto = transformers.models.auto.modeling_auto
    return auto.MODEL_FOR_MASKED_LM_MAPPING_NAMES, auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES


def _untrained(folder: Path, head: Head, config: Mapping[str, Any], names: list[str]) -> str:
    held = shortlist(config.get("architectures") or ["an unnamed architecture"])
    return (
        f"'{folder}' holds no weights for {shortlist(names)}: they would be random numbers, and so would "
        f"be what "
        f"is measured by them. It holds {held}; {_WANTED[head]} is needed, with trained weights."
    )


def _tokenizer(folder: Path, transformers: Any) -> Any:
    if not any((folder / name).is_file() for name in _TOKENIZERS):
        holds = shortlist(sorted(found.name for found in folder.iterdir()))
        raise DataError(
            f"'{folder}' has no tokenizer (it holds {holds}; one of {shortlist(_TOKENIZERS)} is needed): "
            f"save "
            "the one the model was trained with into the same folder, with save_pretrained()."
        )
    try:
        return transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise DataError(f"the tokenizer in '{folder}' cannot be loaded: {_first_line(error)}") from None


def _longest(config: Any, tokenizer: Any) -> int:
    positions = getattr(config, "max_position_embeddings", None) or getattr(config, "n_positions", None)
    if positions is not None and "roberta" in str(config.model_type):
        positions -= int(config.pad_token_id or 0) + 1  # its positions begin after the padding's
    limits = [int(n) for n in (tokenizer.model_max_length, positions) if n is not None and 0 < n < _UNLIMITED]
    return min(limits, default=512)


def _place(device: str) -> Any:
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


def _first_line(error: Exception) -> str:
    text = str(error).strip().split("\n", maxsplit=1)[0]
    return text if text.endswith(".") else f"{text or type(error).__name__}."
