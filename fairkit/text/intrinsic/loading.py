"""Language models and encoders from local folders: loaded with the head that is needed, or refused."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from fairkit.errors import DataError, shortlist
from fairkit.text.folders import (
    Device,
    configuration,
    libraries,
    load_model,
    load_tokenizer,
    longest,
    place,
)

Head = Literal["encoder", "masked", "causal", "next sentence"]
"""What is asked of a model: hidden states, a masked word, the next word, or the next sentence."""

Kind = Literal["masked", "causal"]
"""What a language model predicts: words that are masked, or the next one."""

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
    transformers = libraries()
    chosen = place(device)
    if refusal := _refusal(config, head, transformers):
        raise DataError(f"'{where}' {refusal}")
    model, told = load_model(where, _CLASSES[head], wanted=_WANTED[head])
    missing = sorted(name for name in told["missing_keys"] if not _POOLER.search(name))
    wrong = sorted(str(name) for name, *_ in told.get("mismatched_keys") or ())
    if missing or wrong:
        raise DataError(_untrained(where, head, config, missing or wrong))
    tokenizer = load_tokenizer(where)
    return Loaded(model.to(chosen), tokenizer, longest(model.config, tokenizer), where)


def check_finite(numbers: Any, loaded: Loaded) -> None:
    """Refuse a model that gives what are no numbers: every comparison with them would silently be lost.

    Parameters
    ----------
    numbers : torch.Tensor
    loaded : Loaded

    Raises
    ------
    DataError

    Examples
    --------
    >>> import torch
    >>> check_finite(torch.tensor([1.0, float("nan")]), Loaded(None, None, 8, Path("models/bert")))
    Traceback (most recent call last):
        ...
    fairkit.errors.DataError: the model in 'models/bert' gives numbers that are not finite (NaN or ...
    """
    if not bool(numbers.isfinite().all()):
        raise DataError(
            f"the model in '{loaded.folder}' gives numbers that are not finite (NaN or infinity): its "
            "weights are damaged, or were saved after training had failed."
        )


def check_causal(loaded: Loaded) -> None:
    """Refuse a model whose answer for a token changes with the token after it, whatever it is called.

    Parameters
    ----------
    loaded : Loaded

    Raises
    ------
    DataError

    Examples
    --------
    >>> from fairkit.text.intrinsic.examples import tiny_causal_model
    >>> check_causal(tiny_causal_model())
    """
    import torch

    words = int(loaded.model.config.vocab_size)
    ids = torch.tensor([[words // 3, words // 2], [words // 3, words - 1]], device=loaded.model.device)
    with torch.inference_mode():
        one, two = loaded.model(input_ids=ids).logits[:, 0].double()
    if bool((one - two).abs().max() > 1e-4 * one.abs().max()):
        raise DataError(
            f"'{loaded.folder}' holds a {type(loaded.model).__name__}, which sees words on both sides: what "
            "it would give as the probability of the next word is none."
        )


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
        "model; a masked one (such as BERT) or a causal one (such as GPT-2) is needed."
    )


def _refusal(config: Mapping[str, Any], head: Head, transformers: Any) -> str | None:
    if config.get("is_encoder_decoder"):
        return (
            "reads a text twice, in an encoder and in a decoder; one with an encoder or a decoder is needed."
        )
    masked, _ = _known(transformers)
    if head == "causal" and config.get("model_type") in masked and not config.get("is_decoder"):
        return (
            f"holds a model of type '{config.get('model_type')}', which sees words on both sides: what it "
            "would give as the probability of the next word is none. It is measured as a masked language "
            "model."
        )
    return None


def _known(transformers: Any) -> tuple[Mapping[str, str], Mapping[str, str]]:
    auto = transformers.models.auto.modeling_auto
    return auto.MODEL_FOR_MASKED_LM_MAPPING_NAMES, auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES


def _untrained(folder: Path, head: Head, config: Mapping[str, Any], names: list[str]) -> str:
    held = shortlist(config.get("architectures") or ["an unnamed architecture"])
    return (
        f"'{folder}' holds no weights for {shortlist(names)}: they would be random numbers, and so would be "
        f"what is measured by them. It holds {held}; {_WANTED[head]} is needed, with trained weights."
    )
