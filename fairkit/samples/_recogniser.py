"""Two releases of one recogniser: PocketSphinx with its US English acoustic model, whole and hurried.

The vocabulary is that of the prompts, and so is the language model (trigrams with back-off): a small task, as
a voice menu has, in which a recogniser of this age works. The acoustic model is what it is: trained on speech
of the United States. ``fast`` searches a narrower beam, scores two Gaussians of each state instead of four,
and does so for every second frame only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fairkit.errors import DataError
from fairkit.samples._prompts import spoken
from fairkit.samples._voices import RATE

SYSTEMS: Mapping[str, Mapping[str, float | int]] = {
    "default": {},
    "fast": {"beam": 1e-40, "pbeam": 1e-40, "wbeam": 7e-20, "maxhmmpf": 1000, "topn": 2, "ds": 2},
}
"""What each release sets beside `COMMON`; names are PocketSphinx's own."""

COMMON: Mapping[str, float | str] = {"lw": 9.0, "cmn": "batch"}

_DICTIONARY = "en-us/cmudict-en-us.dict"

DISCOUNT = 0.5
"""Mass of each history that the language model keeps for words not seen after it."""


class Recogniser:
    """The decoders of every release, over the words of some sentences.

    Parameters
    ----------
    prompts : sequence of str
        Sentences that the language model is made of.

    Raises
    ------
    DataError
        The model's dictionary lacks words of the sentences; all of them are named.
    """

    def __init__(self, prompts: Sequence[str]) -> None:
        sphinx = import_module("pocketsphinx")
        sentences = [spoken(prompt) for prompt in prompts]
        # Asked first: a decoder would leave unknown words out and say nothing.
        words = {word for sentence in sentences for word in sentence.split()}
        if unknown := sorted(words - _dictionary(Path(sphinx.get_model_path(_DICTIONARY)))):
            raise DataError(f"the recogniser's dictionary lacks {', '.join(unknown)}. Use other words.")
        with TemporaryDirectory() as folder:
            path = Path(folder) / "prompts.arpa"
            path.write_text(_language_model(sentences), encoding="ascii")
            settings = {**COMMON, "lm": str(path), "samprate": RATE, "loglevel": "FATAL"}
            self._decoders: dict[str, Any] = {
                name: sphinx.Decoder(**settings, **own) for name, own in SYSTEMS.items()
            }

    def transcribe(self, samples: bytes) -> dict[str, str]:
        """Return what each release understands; empty where it finds no words."""
        return {name: _heard(decoder, samples) for name, decoder in self._decoders.items()}


def _dictionary(path: Path) -> set[str]:
    with path.open(encoding="utf-8") as lines:
        return {line.partition(" ")[0] for line in lines}


def _heard(decoder: Any, samples: bytes) -> str:
    # Noise and channel estimates outlive an utterance: without a fresh start, order would change the text.
    decoder.reinit_feat()
    decoder.start_utt()
    decoder.process_raw(samples, full_utt=True)
    decoder.end_utt()
    best = decoder.hyp()
    return best.hypstr if best is not None else ""


def _language_model(sentences: Sequence[str]) -> str:
    from io import StringIO

    model = import_module("pocketsphinx.lm").ArpaBoLM(
        text="\n".join(sentences), add_start=True, discount_mass=DISCOUNT
    )
    model.compute()
    written = StringIO()
    model.write(written)
    return written.getvalue()
