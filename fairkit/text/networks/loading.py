"""Loading a classifier from a local folder: what is not there, or not trained, is refused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fairkit.errors import DataError, shortlist
from fairkit.text.folders import Device, configuration, load_model, load_tokenizer, place
from fairkit.text.networks.huggingface import HuggingFaceClassifier
from fairkit.text.networks.outputs import Link


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
    fairkit.errors.DataError: there is no model folder 'models/toxicty'...
    """
    where = Path(folder)
    named = configuration(where).get("architectures") or []
    if named and not any("ForSequenceClassification" in name for name in named):
        raise DataError(
            f"'{where}' holds {shortlist(named)}, which is no sequence classifier: its classification head "
            "would be made of random numbers. A classifier's config.json names a "
            "...ForSequenceClassification."
        )
    chosen = place(device)
    model, told = load_model(where, "AutoModelForSequenceClassification", wanted="a classification head")
    if missing := sorted(told["missing_keys"]):
        raise DataError(
            f"'{where}' holds no weights for {shortlist(missing)}: transformers would fill them with random "
            f"numbers. Its architecture is {shortlist(named or ['unknown'])}; a classifier needs its trained "
            "head."
        )
    return HuggingFaceClassifier(
        model.to(chosen),
        load_tokenizer(where),
        labels=labels,
        link=link,
        batch_size=batch_size,
        max_length=max_length,
    )
