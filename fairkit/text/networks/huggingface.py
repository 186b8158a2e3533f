"""Sequence classifiers in local Hugging Face folders."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fairkit.errors import UsageError, shortlist
from fairkit.text.folders import longest, positions
from fairkit.text.networks.embedded import Embedded
from fairkit.text.networks.outputs import Link, logits_of, probabilities_of
from fairkit.text.networks.substitution import run_on

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

_CHARACTERS = 32
"""More than a token has, mostly: so many a token are enough to fill the model."""
_MARGIN = 256
"""Tokens so near to a cut may have been cut themselves."""
_HALF = re.compile("[\ud800-\udfff]")
"""Half of a character beyond 16 bits, which no tokenizer reads; what stands in for it is as long."""


class HuggingFaceClassifier:
    """A Hugging Face sequence classifier and its tokenizer.

    Parameters
    ----------
    model : PreTrainedModel
        With a classification head; it is put into evaluation mode.
    tokenizer : PreTrainedTokenizerBase
    labels : sequence of str, optional
        Names of the classes; default those in the model's configuration.
    link : {"softmax", "sigmoid"}, optional
        Default ``sigmoid`` where the configuration says ``multi_label_classification``, else ``softmax``.
    batch_size : int
        Texts at a time in `probabilities`.
    max_length : int, optional
        Tokens read of a text; default as many as the model can.

    Raises
    ------
    UsageError
        The model reads a text twice (encoder-decoder), has one output and two labels were not named, or reads
        fewer tokens than asked.

    Examples
    --------
    >>> from fairkit.text.networks.examples import tiny_classifier
    >>> classifier = tiny_classifier(["she sings", "he sings"], labels=("no", "yes"))
    >>> classifier.labels, classifier.probabilities(["she sings"]).shape
    (('no', 'yes'), (1, 2))
    >>> classifier.embed(["she sings"]).tokens
    (('[CLS]', 'she', 'sings', '[SEP]'),)
    """

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        *,
        labels: Sequence[str] | None = None,
        link: Link | None = None,
        batch_size: int = 64,
        max_length: int | None = None,
    ) -> None:
        config = model.config
        if getattr(config, "is_encoder_decoder", False):
            raise UsageError(
                f"{type(model).__name__} reads a text twice, in its encoder and in its decoder: there is no "
                "one tensor of embeddings to differentiate. Classifiers with an encoder or a decoder only "
                "can be read."
            )
        self.module = model
        model.train(mode=False)
        self.tokenizer = tokenizer
        self.labels = _labels(config, labels)
        multi = getattr(config, "problem_type", None) == "multi_label_classification"
        self.link: Link = link or ("sigmoid" if multi else "softmax")
        self.batch_size = batch_size
        self.max_length = _length(config, tokenizer, max_length)
        if (
            tokenizer.pad_token is None
        ):  # GPT-2 and its kin have none; the attention mask hides what it writes
            tokenizer.pad_token = tokenizer.eos_token
        if getattr(config, "pad_token_id", None) is None:
            config.pad_token_id = tokenizer.pad_token_id
        unknown = tokenizer.unk_token_id  # stands for a word of the text
        special = [i for i in tokenizer.all_special_ids if i != unknown]
        self._special = torch.tensor(special, dtype=torch.long, device=model.device)

    @property
    def device(self) -> torch.device:
        """Where the model lies."""
        found: torch.device = self.module.device
        return found

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the probability of every class for every text, shape (texts, classes).

        Texts are run in batches of similar length; nothing is differentiated.
        """
        found = np.empty((len(texts), len(self.labels)))
        order = np.argsort([len(text) for text in texts], kind="stable")
        for start in range(0, len(texts), self.batch_size):
            rows = order[start : start + self.batch_size]
            encoded, _ = self._encoded([texts[i] for i in rows])
            with torch.inference_mode():
                logits = self._logits(self.module(**encoded))
                found[rows] = probabilities_of(logits.double(), self.link).cpu().numpy()
        return found

    def embed(self, inputs: Sequence[str]) -> Embedded:
        """Read a batch of texts up to the embeddings of their tokens.

        Positions and token types are added later, in `logits`: what is differentiated is the token alone.
        """
        texts = tuple(inputs)
        encoded, batch = self._encoded(texts)
        with torch.no_grad():
            embeddings = self.module.get_input_embeddings()(encoded["input_ids"])
        ids, attended = encoded["input_ids"], encoded["attention_mask"].bool()
        special = torch.isin(ids, self._special.to(ids.device))
        counts, where = attended.sum(dim=1).tolist(), attended.tolist()
        named = [self.tokenizer.convert_ids_to_tokens(row) for row in ids.tolist()]
        offsets = batch.get("offset_mapping")
        return Embedded(
            embeddings,
            mask=attended & ~special,
            texts=texts,
            tokens=tuple(tuple(row) for row in named),
            spans=() if offsets is None else tuple(tuple(map(tuple, row)) for row in offsets),
            inputs=dict(encoded),
            truncated=self._truncated(texts, counts, where, offsets),
        )

    def logits(self, embedded: Embedded) -> Tensor:
        """Answer, from given embeddings, shape (texts, classes)."""
        layer = self.module.get_input_embeddings()
        inputs = embedded.inputs
        return self._logits(run_on(layer, embedded.embeddings, lambda: self.module(**inputs)))

    def encode(self, embedded: Embedded) -> Tensor:
        """Average what the encoder makes of the tokens of each text, shape (texts, width)."""
        layer, encoder, inputs = self.module.get_input_embeddings(), self.module.base_model, embedded.inputs
        hidden = run_on(layer, embedded.embeddings, lambda: encoder(**inputs))[0]
        weights = embedded.weights.to(hidden)[:, :, None]
        mean: Tensor = (hidden * weights).sum(dim=1) / weights.sum(dim=1).clamp_min(1)
        return mean

    def _logits(self, output: Any) -> Tensor:
        return logits_of(output, self.labels, link=self.link)

    def _encoded(self, texts: Sequence[str]) -> tuple[dict[str, Tensor], Mapping[str, Any]]:
        """Tokenize a batch; of a very long text only its beginning, unless more of it could be read."""
        cut = self.max_length * _CHARACTERS
        long = [i for i, text in enumerate(texts) if len(text) > cut] if self.tokenizer.is_fast else []
        batch = self._tokenized([text[:cut] for text in texts] if long else texts)
        for i in long:
            end = max(end for _, end in batch["offset_mapping"][i])
            if sum(batch["attention_mask"][i]) < self.max_length or end > cut - _MARGIN:
                batch = self._tokenized(texts)
                break
        wanted = [name for name in batch if name != "offset_mapping"]
        return {name: torch.tensor(batch[name], device=self.device) for name in wanted}, batch

    def _tokenized(self, texts: Sequence[str]) -> Mapping[str, Any]:
        whole = [_HALF.sub("\ufffd", text) for text in texts]

        def tokens(padding: Literal["longest", "max_length"], most: int) -> Mapping[str, Any]:
            found: Mapping[str, Any] = self.tokenizer(
                whole,
                padding=padding,
                truncation=True,
                max_length=most,
                return_attention_mask=True,
                return_offsets_mapping=bool(self.tokenizer.is_fast),
            )
            return found

        found = tokens("longest", self.max_length)
        # Where no text has a token (blanks, for GPT-2) a network still reads one position: padding.
        return found if any(found["input_ids"]) else tokens("max_length", 1)

    def _truncated(
        self, texts: Sequence[str], counts: list[int], where: list[list[bool]], offsets: Any
    ) -> tuple[bool, ...]:
        found = []
        for i, text in enumerate(texts):
            if counts[i] < self.max_length:
                found.append(False)
            elif offsets is None:
                found.append(len(self.tokenizer(text)["input_ids"]) > self.max_length)
            else:
                end = max(
                    (end for (_, end), seen in zip(offsets[i], where[i], strict=True) if seen), default=0
                )
                found.append(end < len(text.rstrip()))
        return tuple(found)


def _labels(config: Any, labels: Sequence[str] | None) -> tuple[str, ...]:
    outputs = int(config.num_labels)
    named = tuple(str(config.id2label[k]) for k in range(outputs)) if labels is None else tuple(labels)
    if outputs == 1 and len(named) != 2:
        raise UsageError(
            "the model has one output, which may be a score or the logit of a class. If it is a logit, name "
            "both classes, the one it speaks for last: labels=('other', 'toxic')."
        )
    if len(named) != outputs and outputs != 1:
        raise UsageError(
            f"{len(named)} labels were named ({shortlist(named)}); the model has {outputs} outputs."
        )
    if len(set(named)) < len(named):
        raise UsageError(f"two of the labels have one name: {shortlist(named)}.")
    return named


def _length(config: Any, tokenizer: PreTrainedTokenizerBase, asked: int | None) -> int:
    able = longest(config, tokenizer)
    if asked is None:
        return able
    most = positions(config) or able
    if not 2 < asked <= most:
        raise UsageError(f"max_length {asked} is not between 3 and {most}, what the model can read.")
    return asked
