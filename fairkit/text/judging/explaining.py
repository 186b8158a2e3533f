"""One text, word by word: where its sensitivity comes from, and what is predicted when it is rewritten."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fairkit.errors import DataError, UsageError
from fairkit.text.attribution import Attribution
from fairkit.text.judging.asked import (
    GIVEN,
    OWN,
    PREDICTED,
    Asked,
    Head,
    Scale,
    check_direction,
    check_target,
)
from fairkit.text.judging.loading import loaded, rewriter_for
from fairkit.text.judging.readable import readable_of
from fairkit.text.judging.sources import Lexicon, lexical_of, sources_of, swap_source
from fairkit.text.rows import read_texts

if TYPE_CHECKING:
    from fairkit.text.folders import Device
    from fairkit.text.networks.embedded import Differentiable
    from fairkit.text.rewriting import Rewriter


@dataclass(frozen=True, slots=True)
class Explained:
    """A prediction, word by word, and the one for the rewritten text.

    Parameters
    ----------
    attribution : Attribution
    rewritten : str or None
        None where rewriting changes nothing.
    probability : float or None
        Of the same class, for the rewritten text.
    label : str or None
        What is predicted for it.
    rewriter : str or None
        What was to be changed, such as ``gender``.
    along : str
        The protected direction.
    """

    attribution: Attribution
    rewritten: str | None = None
    probability: float | None = None
    label: str | None = None
    rewriter: str | None = None
    along: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data."""
        found = self.attribution
        return {
            "text": found.text,
            "target": found.label,
            "along": self.along,
            "probability": found.probability,
            "sensitivity": found.value,
            "why": found.why,
            "words": [
                {"word": part.word, "start": part.start, "end": part.end, "contribution": part.value}
                for part in found.parts
            ],
            "rewriter": self.rewriter,
            "rewritten": self.rewritten,
            "probability_rewritten": self.probability,
            "predicted_rewritten": self.label,
            "notes": list(found.notes),
        }


def explain_text(
    explained: str,
    *,
    data: Any,
    text: str,
    model: str | os.PathLike[str] | Differentiable,
    protected: Any = None,
    lexicon: Lexicon = "gender",
    toward: str = OWN,
    head: Head = "embeddings",
    target: str = PREDICTED,
    logit: bool = False,
    scale: Scale = "none",
    absolute: bool = False,
    swap: str | os.PathLike[str] | Rewriter | None = "gender",
    cluster: str | None = None,
    missing: str | Sequence[str] = (),
    folds: int = 5,
    seed: int = 0,
    batch_size: int = 64,
    device: Device = "cpu",
) -> Explained:
    """Explain one prediction.

    Parameters
    ----------
    explained : str
        The text.
    data, text, protected, cluster, missing, folds, seed
        The data are read only where a model of the column `protected` must be trained: with
        ``head="encoder"``, or without a rewriter. Else the step from the rewritten text is the direction: one
        of averaged embeddings is the same for all words.
    model, lexicon, toward, head, target, logit, scale, absolute, swap, batch_size, device
        As for :func:`fairkit.text.judge_sensitivity`.

    Raises
    ------
    UsageError, DataError, MissingDependencyError
        As :func:`fairkit.text.judge_sensitivity` does.

    Examples
    --------
    >>> from fairkit.text.networks.examples import tiny_classifier
    >>> model = tiny_classifier(["she sings", "he sings"], labels=("no", "yes"))
    >>> found = explain_text("Now she sings.", data=None, text="text", model=model)
    >>> [part.word for part in found.attribution.parts if part.value], found.rewritten
    (['she'], 'Now he sings.')
    """
    from fairkit.text.attribution import explain

    asked = Asked(
        target=target, logit=logit, scale=scale, absolute=absolute, toward=toward, head=head, folds=folds,
        batch_size=batch_size, seed=seed,
    )  # fmt: skip
    if target == GIVEN:
        raise UsageError("one text has no given class: ask for the predicted one, or for one by name.")
    check_direction(protected, toward, head)
    if not explained.strip():
        raise DataError("the text to explain is empty.")
    rewriter = rewriter_for(swap)
    lexical = lexical_of(protected, lexicon)
    network = loaded(model, device=device, batch_size=batch_size)
    check_target(target, network.labels)
    if isinstance(protected, str) and head == "embeddings" and rewriter is not None:
        source = swap_source(rewriter)  # that of averaged embeddings is one for all words
    else:
        readable = None
        if isinstance(protected, str):
            texts = read_texts(data, text=text, cluster=cluster, keep=[protected], missing=missing)
            readable = readable_of(texts)
        alike = rewriter if isinstance(lexicon, str) and lexicon == swap else None
        sources = sources_of(network, readable, protected, lexical, rewriter=alike, asked=asked)
        source = sources[-1] if absolute else sources[0]
    found = explain(
        network,
        explained,
        protected=source.directions,
        **asked.settings(signed=source.signed and not absolute),
    )
    attribute = None if rewriter is None else rewriter.attribute
    changed = None if rewriter is None else rewriter(explained)
    if changed is None or not changed.changed or changed.text == explained or found.probability is None:
        return Explained(found, rewriter=attribute, along=source.name)
    from fairkit.text.judging.watching import WatchedModel

    (row,) = WatchedModel(network).probabilities([changed.text])
    place = network.labels.index(found.label)
    return Explained(
        found, changed.text, float(row[place]), network.labels[int(row.argmax())], attribute, source.name
    )
