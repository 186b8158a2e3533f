"""Language models as association tests ask them: how probable a masked token, a text, a next sentence is.

Masked and causal models give different things, which are never compared with each other: each has a class of
its own, and each metric says which it takes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from fairkit.errors import UsageError
from fairkit.text.folders import Device
from fairkit.text.intrinsic.loading import Kind, Loaded, check_causal, check_finite, kind_of, load_folder

FloatArray = npt.NDArray[np.float64]

_MOST_LOGITS = 2**24
_NARROW = 4096


class Query(NamedTuple):
    """One question to a masked model: how probable a token is at a place.

    Attributes
    ----------
    ids : tuple of int
        A whole input, with the special tokens and the masks.
    place : int
        Where the token would stand.
    token : int
    """

    ids: tuple[int, ...]
    place: int
    token: int


class Likelihood(NamedTuple):
    """The log-likelihood of a text.

    Attributes
    ----------
    total : float
        Sum of the tokens' log-probabilities, natural logarithm.
    tokens : int
        How many were scored.
    """

    total: float
    tokens: int

    @property
    def mean(self) -> float:
        """Log-likelihood of a token."""
        return self.total / self.tokens


class Tokens(NamedTuple):
    """A text as tokens of a model, with the special ones.

    Attributes
    ----------
    ids : tuple of int
    own : tuple of bool
        Whether a token is of the text, not one that the tokenizer adds.
    spans : tuple of (start, end)
        Where each token is in the text, in characters.
    """

    ids: tuple[int, ...]
    own: tuple[bool, ...]
    spans: tuple[tuple[int, int], ...]


class MaskedModel:
    """A masked language model, such as BERT.

    Parameters
    ----------
    loaded : Loaded

    Raises
    ------
    UsageError
        The tokenizer has no mask, or does not tell where its tokens are.

    Examples
    --------
    >>> from fairkit.text.intrinsic.examples import tiny_masked_model
    >>> model = MaskedModel(tiny_masked_model())
    >>> tokens = model.tokens("he likes the career")
    >>> len(tokens.ids), sum(tokens.own)
    (6, 4)
    """

    kind: Kind = "masked"

    def __init__(self, loaded: Loaded) -> None:
        if loaded.tokenizer.mask_token_id is None or not loaded.tokenizer.is_fast:
            raise UsageError(
                f"the tokenizer of '{loaded.folder}' has no mask token, or does not tell where its tokens "
                "are; a fast tokenizer of a masked language model is needed."
            )
        self.loaded = loaded

    @property
    def mask(self) -> int:
        """The number of the mask."""
        return int(self.loaded.tokenizer.mask_token_id)

    def tokens(self, text: str) -> Tokens:
        """Split a text."""
        return _tokens(self.loaded, text)

    def log_probabilities(
        self, queries: Sequence[Query], *, progress: Callable[[int], None] | None = None
    ) -> FloatArray:
        """Return the log-probability of every query's token, shape (queries,).

        Parameters
        ----------
        queries : sequence of Query
            Run in batches of similar length.
        progress : callable, optional
            Is told how many are done.

        Examples
        --------
        >>> from fairkit.text.intrinsic.examples import tiny_masked_model
        >>> model = MaskedModel(tiny_masked_model())
        >>> ids = model.tokens("he likes the career").ids
        >>> place = 1
        >>> masked = (*ids[:place], model.mask, *ids[place + 1 :])
        >>> bool(model.log_probabilities([Query(masked, place, ids[place])])[0] < 0)
        True
        """
        import torch

        found = np.empty(len(queries))
        done = 0
        for rows in _batches([len(query.ids) for query in queries], self._width):
            inputs = _padded(self.loaded, [queries[i].ids for i in rows])
            at = torch.tensor([queries[i].place for i in rows], device=self.loaded.model.device)
            tokens = torch.tensor([queries[i].token for i in rows], device=self.loaded.model.device)
            index = torch.arange(len(rows), device=self.loaded.model.device)
            with torch.inference_mode(), self._only(index, at):
                logits = _logits(self.loaded.model(**inputs))
            chosen = logits[:, 0] if logits.shape[1] == 1 else logits[index, at]
            check_finite(chosen, self.loaded)
            found[rows] = chosen.double().log_softmax(dim=-1)[index, tokens].cpu().numpy()
            done += len(rows)
            if progress is not None:
                progress(done)
        return found

    @contextmanager
    def _only(self, index: Any, at: Any) -> Iterator[None]:
        """Ask the last layer, a row for each word of the vocabulary, about one place of each text only.

        It is most of the cost of a small model. Where a model does not call that layer, nothing changes.
        """
        layer = self.loaded.model.get_output_embeddings()
        if layer is None:
            yield
            return
        hook = layer.register_forward_pre_hook(lambda _, given: (given[0][index, at][:, None], *given[1:]))
        try:
            yield
        finally:
            hook.remove()

    @property
    def _width(self) -> int:
        vocabulary = int(self.loaded.model.config.vocab_size)
        return vocabulary if self.loaded.model.get_output_embeddings() is None else min(vocabulary, _NARROW)


class CausalModel:
    """A causal language model, such as GPT-2.

    Parameters
    ----------
    loaded : Loaded

    Raises
    ------
    DataError
        The model reads on both sides of a word.

    Examples
    --------
    >>> from fairkit.text.intrinsic.examples import tiny_causal_model
    >>> model = CausalModel(tiny_causal_model())
    >>> usual, odd = model.log_likelihoods(["he likes the career", "career the likes he"])
    >>> usual.total > odd.total, usual.tokens
    (True, 4)
    """

    kind: Kind = "causal"

    def __init__(self, loaded: Loaded) -> None:
        check_causal(loaded)
        self.loaded = loaded

    @property
    def begins(self) -> str:
        """What stands before a text, so that its first token has a probability too."""
        token = self.loaded.tokenizer.bos_token
        return "nothing: the first token is not scored" if token is None else str(token)

    def log_likelihoods(
        self,
        texts: Sequence[str],
        *,
        contexts: Sequence[str] | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> list[Likelihood]:
        """Return the log-likelihood of every text.

        Parameters
        ----------
        texts : sequence of str
        contexts : sequence of str, optional
            What comes before each: it is read, with a blank after it, and not scored.
        progress : callable, optional
            Is told how many texts are done.

        Returns
        -------
        list of Likelihood
            Of the tokens of each text. Where the tokenizer has a token that begins a text, the first token is
            scored after it.
        """
        import torch

        encoded = [self._ids(text, None if contexts is None else contexts[i]) for i, text in enumerate(texts)]
        found = [Likelihood(0.0, 0)] * len(texts)
        done = 0
        for rows in _batches([len(ids) for ids, _ in encoded], int(self.loaded.model.config.vocab_size)):
            inputs = _padded(self.loaded, [encoded[i][0] for i in rows])
            with torch.inference_mode():
                logits = _logits(self.loaded.model(**inputs))
            check_finite(logits, self.loaded)
            told = logits[:, :-1].double().log_softmax(dim=-1)
            scores = told.gather(2, inputs["input_ids"][:, 1:, None])[:, :, 0].cpu().numpy()
            for at, i in enumerate(rows):
                ids, first = encoded[i]
                own = scores[at, max(first, 1) - 1 : len(ids) - 1]
                found[i] = Likelihood(float(own.sum()), len(own))
            done += len(rows)
            if progress is not None:
                progress(done)
        return found

    def fits(self, text: str, *, context: str | None = None) -> bool:
        """Tell whether the model can read a text whole."""
        return len(self._ids(text, context)[0]) <= self.loaded.longest

    def _ids(self, text: str, context: str | None) -> tuple[tuple[int, ...], int]:
        """Return the tokens, and the place of the first that is scored."""
        tokenizer = self.loaded.tokenizer
        begin = [] if tokenizer.bos_token_id is None else [int(tokenizer.bos_token_id)]
        if context is None:
            ids = tokenizer(text, add_special_tokens=False)["input_ids"]
            return (*begin, *ids), len(begin)
        before = tokenizer(context, add_special_tokens=False)["input_ids"]
        # Together, so that the blank between them belongs to the text's first token, as it does in reading.
        both = tokenizer(f"{context} {text}", add_special_tokens=False)["input_ids"]
        same = 0
        while same < min(len(before), len(both)) and before[same] == both[same]:
            same += 1
        return (*begin, *both), len(begin) + same


class NextSentenceModel:
    """A model that tells whether one sentence follows another, as BERT was trained to.

    Parameters
    ----------
    loaded : Loaded

    Examples
    --------
    >>> from fairkit.text.intrinsic.examples import tiny_masked_model
    >>> from fairkit.text.intrinsic.loading import Loaded
    >>> follows = NextSentenceModel(tiny_masked_model()).log_probabilities(
    ...     ["the man came in"] * 2, ["he talked about the career", "birds sang in the tall trees"]
    ... )
    >>> bool(follows[0] > follows[1])
    True
    """

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded

    def log_probabilities(
        self,
        contexts: Sequence[str],
        texts: Sequence[str],
        *,
        progress: Callable[[int], None] | None = None,
    ) -> FloatArray:
        """Return the log-probability that each text follows its context, shape (texts,)."""
        import torch

        found = np.empty(len(texts))
        done = 0
        for rows in _batches([len(contexts[i]) + len(texts[i]) for i in range(len(texts))], 64):
            inputs = self.loaded.tokenizer(
                [contexts[i] for i in rows],
                [texts[i] for i in rows],
                padding=True,
                truncation="longest_first",
                max_length=self.loaded.longest,
                return_tensors="pt",
                padding_side="right",
            ).to(self.loaded.model.device)
            with torch.inference_mode():
                output = self.loaded.model(**inputs)
            named = getattr(output, "seq_relationship_logits", None)
            logits = output.logits if named is None else named
            check_finite(logits, self.loaded)
            found[rows] = logits.double().log_softmax(dim=-1)[:, 0].cpu().numpy()
            done += len(rows)
            if progress is not None:
                progress(done)
        return found


def load_language_model(
    folder: str | os.PathLike[str], *, kind: Kind | None = None, device: Device = "cpu"
) -> MaskedModel | CausalModel:
    """Load a language model from a local folder, with trained weights or not at all.

    Parameters
    ----------
    folder : str or path
    kind : {"masked", "causal"}, optional
        Default what its configuration says.
    device : {"cpu", "cuda", "auto"}

    Raises
    ------
    DataError
        As :func:`~fairkit.text.intrinsic.loading.load_folder`: a head without trained weights is refused.

    Examples
    --------
    >>> load_language_model("nowhere")
    Traceback (most recent call last):
        ...
    fairkit.errors.DataError: there is no model folder 'nowhere'...
    """
    chosen = kind or kind_of(folder)
    loaded = load_folder(folder, chosen, device=device)
    return MaskedModel(loaded) if chosen == "masked" else CausalModel(loaded)


def _tokens(loaded: Loaded, text: str) -> Tokens:
    encoded = loaded.tokenizer(text, return_offsets_mapping=True, return_special_tokens_mask=True)
    spans = tuple((int(start), int(end)) for start, end in encoded["offset_mapping"])
    own = tuple(not added for added in encoded["special_tokens_mask"])
    return Tokens(tuple(encoded["input_ids"]), own, spans)


def _batches(lengths: Sequence[int], width: int) -> list[list[int]]:
    """Sort inputs by length into batches whose logits fit into memory."""
    order = sorted(range(len(lengths)), key=lambda i: lengths[i])
    batches: list[list[int]] = []
    for i in order:
        room = batches and (len(batches[-1]) + 1) * lengths[i] * width <= _MOST_LOGITS
        if room:
            batches[-1].append(i)
        else:
            batches.append([i])
    return batches


def _padded(loaded: Loaded, rows: Sequence[Sequence[int]]) -> dict[str, Any]:
    import torch

    longest = max(len(row) for row in rows)
    ids = torch.full((len(rows), longest), int(loaded.tokenizer.pad_token_id or 0))
    seen = torch.zeros((len(rows), longest), dtype=torch.long)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
        seen[i, : len(row)] = 1
    device = loaded.model.device
    return {"input_ids": ids.to(device), "attention_mask": seen.to(device)}


def _logits(output: Any) -> Any:
    return output.prediction_logits if hasattr(output, "prediction_logits") else output.logits
