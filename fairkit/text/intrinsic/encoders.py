"""Encoders: vectors of sentences, and of words within them, from any layer of a local Hugging Face model."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from fairkit.errors import UsageError, did_you_mean, shortlist
from fairkit.text.folders import Device
from fairkit.text.intrinsic.loading import Loaded, check_finite, load_folder

Pooling = Literal["cls", "mean", "last", "pieces"]
"""What stands for a sentence: its first token, the mean of its tokens, its last, or the pieces of the "
"word."""

_TOGETHER = 64


class Encoded(NamedTuple):
    """Vectors of texts.

    Attributes
    ----------
    matrix : ndarray of shape (texts, dimensions)
        Float64, of unit norm; a row of zeros where `lost` says why there is none.
    lost : dict of int to str
        Texts without a vector, by position, and the reason.
    """

    matrix: npt.NDArray[np.float64]
    lost: dict[int, str]


class Encoder:
    """A model that turns texts into vectors.

    Parameters
    ----------
    loaded : Loaded
        From :func:`~fairkit.text.intrinsic.loading.load_folder`.
    layer : int
        Of the hidden states: 0 are the embeddings, the last is -1.
    pooling : {"mean", "cls", "last", "pieces"}
        ``pieces`` averages the pieces of one word, whose place must be given. Padding never counts; the
        tokens that a tokenizer adds do, in ``mean``.

    Raises
    ------
    UsageError
        There is no such layer or pooling, or the tokenizer has no token for it.

    Examples
    --------
    >>> Encoder.__name__
    'Encoder'
    """

    def __init__(self, loaded: Loaded, *, layer: int = -1, pooling: Pooling = "mean") -> None:
        known = get_args(Pooling)
        layers = int(loaded.model.config.num_hidden_layers)
        problems = []
        if pooling not in known:
            problems.append(
                f"pooling {pooling!r} is unknown (there are "
                f"{shortlist(known)}).{did_you_mean(str(pooling), known)}"
            )
        if not -layers - 1 <= layer <= layers:
            problems.append(
                f"layer {layer} is not there: the model has 0 (embeddings) to {layers}, and -1 the last."
            )
        first = loaded.tokenizer("of")["input_ids"][0]
        if pooling == "cls" and (first is None or first != loaded.tokenizer.cls_token_id):
            problems.append(
                "pooling 'cls' needs a tokenizer that puts a token before every text; use 'last'."
            )
        if pooling == "pieces" and not loaded.tokenizer.is_fast:
            problems.append(
                "pooling 'pieces' needs a tokenizer that tells where its tokens are (a fast one)."
            )
        if problems:
            raise UsageError(*problems)
        self.loaded = loaded
        self.layer = layer if layer >= 0 else layers + 1 + layer
        self.layers = layers
        self.pooling = pooling

    @classmethod
    def from_folder(
        cls,
        folder: str | os.PathLike[str],
        *,
        layer: int = -1,
        pooling: Pooling = "mean",
        device: Device = "cpu",
    ) -> Encoder:
        """Load an encoder.

        Raises
        ------
        DataError
            As :func:`~fairkit.text.intrinsic.loading.load_folder`.

        Examples
        --------
        >>> Encoder.from_folder("nowhere")
        Traceback (most recent call last):
            ...
        fairkit.errors.DataError: there is no model folder 'nowhere'...
        """
        return cls(load_folder(folder, "encoder", device=device), layer=layer, pooling=pooling)

    @property
    def settings(self) -> dict[str, str]:
        """What a report says of the encoder."""
        kind = type(self.loaded.model).__name__
        return {"layer": f"{self.layer} of {self.layers}", "pooling": self.pooling, "architecture": kind}

    def pieces(self, word: str) -> tuple[str, ...]:
        """Split a word as it is split within a sentence.

        Parameters
        ----------
        word : str

        Returns
        -------
        tuple of str
            More than one where the tokenizer does not know the word whole.
        """
        tokenizer = self.loaded.tokenizer
        before = len(tokenizer.tokenize("of"))
        return tuple(tokenizer.tokenize(f"of {word}")[before:])

    def unknown(self, word: str) -> bool:
        """Tell whether a word has pieces that the tokenizer does not know."""
        tokenizer = self.loaded.tokenizer
        ids = tokenizer(f"of {word}", add_special_tokens=False)["input_ids"]
        before = len(tokenizer("of", add_special_tokens=False)["input_ids"])
        return tokenizer.unk_token_id is not None and tokenizer.unk_token_id in ids[before:]

    def encode(
        self,
        texts: Sequence[str],
        *,
        spans: Sequence[tuple[int, int]] | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> Encoded:
        """Encode texts, in batches of similar length.

        Parameters
        ----------
        texts : sequence of str
        spans : sequence of (start, end), optional
            Where the word is in each text, in characters; for the pooling ``pieces``.
        progress : callable, optional
            Is told how many texts are done.

        Returns
        -------
        Encoded

        Raises
        ------
        UsageError
            Spans are missing.
        DataError
            The model gives what are no numbers.
        """
        import torch

        if self.pooling == "pieces" and spans is None:
            raise UsageError("pooling 'pieces' needs the place of the word in every text.")
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        rows: list[npt.NDArray[np.float64]] = [np.zeros(0)] * len(texts)
        lost: dict[int, str] = {}
        for start in range(0, len(order), _TOGETHER):
            batch = order[start : start + _TOGETHER]
            given = [texts[i] for i in batch]
            encoded, where = self._tokens(given)
            with torch.inference_mode():
                output = self.loaded.model(**encoded, output_hidden_states=True)
            hidden = output.hidden_states[self.layer].double()
            weights = self._weights(encoded, where, None if spans is None else [spans[i] for i in batch])
            pooled = (hidden * weights[:, :, None]).sum(dim=1)
            norms = pooled.norm(dim=1)
            check_finite(norms, self.loaded)
            for at, i in enumerate(batch):
                length = float(norms[at])
                if not float(weights[at].sum()):
                    lost[i] = "the word lies beyond what the model reads"
                elif not length:
                    lost[i] = "its vector is zero, which has no direction"
                rows[i] = (pooled[at] / (length or 1.0)).cpu().numpy()
            if progress is not None:
                progress(min(start + _TOGETHER, len(order)))
        width = int(self.loaded.model.config.hidden_size)
        return Encoded(np.stack(rows) if rows else np.zeros((0, width)), lost)

    def _tokens(self, texts: Sequence[str]) -> tuple[dict[str, Any], Any]:
        import torch

        fast = bool(self.loaded.tokenizer.is_fast)
        batch = self.loaded.tokenizer(
            list(texts),
            padding=True,
            truncation=True,
            max_length=self.loaded.longest,
            return_offsets_mapping=fast,
            padding_side="right",
        )
        device = self.loaded.model.device
        wanted = [name for name in batch if name != "offset_mapping"]
        return {name: torch.tensor(batch[name], device=device) for name in wanted}, batch.get(
            "offset_mapping"
        )

    def _weights(self, encoded: dict[str, Any], where: Any, spans: Sequence[tuple[int, int]] | None) -> Any:
        """Weigh the tokens of each text by the pooling, shape (texts, tokens); a row of zeros has no word."""
        import torch

        attended = encoded["attention_mask"].double()
        if self.pooling == "mean":
            return attended / attended.sum(dim=1, keepdim=True)
        chosen = torch.zeros_like(attended)
        counts = attended.sum(dim=1).long()
        if self.pooling == "cls":
            chosen[:, 0] = 1.0
            return chosen
        if self.pooling == "last":
            chosen[torch.arange(len(chosen)), counts - 1] = 1.0
            return chosen
        for i, (start, end) in enumerate(spans or ()):
            for j, (first, last) in enumerate(where[i]):
                if first < end and last > start and attended[i, j]:
                    chosen[i, j] = 1.0
        return chosen / chosen.sum(dim=1, keepdim=True).clamp_min(1.0)


def split_note(encoder: Encoder, words: Sequence[str]) -> list[str]:
    """Say which words a tokenizer splits.

    Examples
    --------
    >>> from fairkit.text.intrinsic.examples import tiny_encoder
    >>> split_note(tiny_encoder(), ["she"])
    []
    """
    split = {word: encoder.pieces(word) for word in words}
    named = [f"{word} ({' '.join(pieces)})" for word, pieces in split.items() if len(pieces) > 1]
    if not named:
        return []
    return [
        f"the tokenizer splits {len(named)} of {len(words)} words: {shortlist(named).replace(chr(39), '')}."
    ]
