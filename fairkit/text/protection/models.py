"""Protected-status models: learn from texts of known groups what reveals the group, and say how well."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from fairkit.errors import DataError, UsageError, did_you_mean, shortlist
from fairkit.text.protection.accuracy import ProtectedAccuracy, accuracy_of
from fairkit.text.protection.features import encoded, features_of, keys_of, pooled, shares
from fairkit.text.protection.folds import assigned_folds, clustered
from fairkit.text.protection.heads import FloatArray, LinearHead, fit_head, slope

if TYPE_CHECKING:
    from torch import Tensor

    from fairkit.text.networks.embedded import Differentiable, Embedded

IntArray = NDArray[np.int64]
Head = Literal["embeddings", "encoder"]
"""What the head reads: the average of the token embeddings, or of what the encoder makes of them."""

OWN = "own"


@dataclass(frozen=True, slots=True, eq=False)
class ProtectedModel:
    """A model of Pr(group | x) on a task model's own embeddings; made by :func:`train_protected_model`.

    Parameters
    ----------
    groups : tuple of str
        Names, in the order of the heads' outputs.
    head : {"embeddings", "encoder"}
        What it reads.
    heads : tuple of LinearHead
        One per fold, trained without it; the last on everything.
    fold_of : mapping
        The fold in which a text was held out. Directions at that text come from the head that never saw it,
        nor any of its cluster; other texts get the last head.
    group_of : mapping
        The group of a text of the training data, where it has one only.
    toward : str
        The group whose probability is differentiated: ``own``, that of each text (where it is not known, the
        most probable one), or one group by name.
    output : {"probability", "logit"}
    accuracy : ProtectedAccuracy
    notes : tuple of str

    Examples
    --------
    >>> from fairkit.text.networks.examples import tiny_classifier
    >>> texts = [f"{who} {what}" for what in ("sings", "reads") for who in ("she", "he")]
    >>> model = tiny_classifier(texts, labels=("no", "yes"))
    >>> found = train_protected_model(model, texts, ["f", "m"] * 2, folds=2)
    >>> found.description
    "the gradient of the probability of each text's own group under a model of 'f', 'm'"
    >>> found.directions(model, model.embed(["she sings"])).shape
    torch.Size([1, 4, 8])
    """

    groups: tuple[str, ...]
    head: Head
    heads: tuple[LinearHead, ...]
    fold_of: Mapping[Hashable, int]
    group_of: Mapping[Hashable, int]
    toward: str
    output: Literal["probability", "logit"]
    accuracy: ProtectedAccuracy
    notes: tuple[str, ...] = ()

    @property
    def description(self) -> str:
        """What v is."""
        what = "probability" if self.output == "probability" else "log-odds"
        toward = "each text's own group" if self.toward == OWN else f"'{self.toward}'"
        return f"the gradient of the {what} of {toward} under a model of {shortlist(self.groups)}"

    @property
    def absent(self) -> str:
        """Why a text has no sensitivity."""
        return "the protected-status model has no slope there"

    def directions(
        self, model: Differentiable, embedded: Embedded, groups: Sequence[Any] | None = None
    ) -> Tensor:
        """Differentiate Pr(group | x) with respect to the embeddings, in their shape.

        Parameters
        ----------
        model : Differentiable
            The task model.
        embedded : Embedded
        groups : sequence, optional
            The groups of the rows, where ``toward`` is ``own``; names, or None where one is not known.
        """
        import torch

        keys = keys_of(embedded)
        picked = [self.heads[self.fold_of.get(key, len(self.heads) - 1)] for key in keys]
        like = embedded.embeddings
        weights = torch.as_tensor(np.stack([head.weights for head in picked])).to(like.device)
        bias = torch.as_tensor(np.stack([head.bias for head in picked])).to(like.device)
        if self.head == "embeddings":
            mean = pooled(embedded)
            v = slope(mean, weights, bias, self._toward(keys, groups, mean, weights, bias), self.output).to(
                like
            )
            return shares(embedded)[:, :, None] * v[:, None, :] if embedded.is_text else v
        with torch.inference_mode(mode=False), torch.enable_grad():
            leaf = like.detach().clone().requires_grad_()
            hidden = encoded(model, embedded.holding(leaf))
            fixed = hidden.detach()
            toward = self._toward(keys, groups, fixed, weights, bias)
            along = slope(fixed, weights, bias, toward, self.output)
            (found,) = torch.autograd.grad((hidden * along).sum(), leaf)
        mask = embedded.weights
        return found * mask[:, :, None] if embedded.is_text else found

    def _toward(
        self,
        keys: Sequence[Hashable],
        groups: Sequence[Any] | None,
        features: Tensor,
        weights: Tensor,
        bias: Tensor,
    ) -> Tensor:
        import torch

        if self.toward != OWN:
            return torch.full((len(keys),), self.groups.index(self.toward), device=features.device)
        likely = (torch.einsum("bgd,bd->bg", weights, features) + bias).argmax(dim=1)
        place = {name: k for k, name in enumerate(self.groups)}
        for row, key in enumerate(keys):
            known = self.group_of.get(key) if groups is None else place.get(str(groups[row]))
            if known is not None:
                likely[row] = known
        return likely


def train_protected_model(
    model: Differentiable,
    inputs: Sequence[Any],
    groups: Sequence[Any],
    *,
    clusters: Sequence[Hashable] | None = None,
    folds: int = 5,
    seed: int = 0,
    head: Head = "embeddings",
    toward: str = OWN,
    output: Literal["probability", "logit"] = "probability",
    ridge: float = 1.0,
    confidence: float = 0.95,
    batch_size: int = 64,
    progress: Callable[[int], object] | None = None,
) -> ProtectedModel:
    """Train a model of Pr(group | x) on the frozen embeddings of a task model, and evaluate it.

    Parameters
    ----------
    model : Differentiable
        The task model; it is not changed.
    inputs : sequence
        Texts, or rows of features.
    groups : sequence
        The group of each.
    clusters : sequence, optional
        What belongs together, such as an author or a template: never split between training and evaluation.
        Equal texts always belong together.
    folds : int
    seed : int
        Of the assignment to folds.
    head : {"embeddings", "encoder"}
        Whether the head reads the average of the token embeddings, or of what the encoder makes of them.
    toward : str
        ``own``: v points to each text's own group, so that a positive sensitivity says that the group
        supports the answer. Or the name of one group.
    output : {"probability", "logit"}
        Whether v is the gradient of Pr(group | x) or of its log-odds, which does not vanish where the
        protected-status model is sure.
    ridge : float
        Penalty on the squared coefficients of standardised features.
    confidence : float
        Of the intervals of the accuracies.
    batch_size : int
    progress : callable, optional
        Is told how many inputs were read, batch by batch.

    Returns
    -------
    ProtectedModel
        With its accuracy on texts held out, and a note where it is no better than chance.

    Raises
    ------
    UsageError
        A setting is unknown, or lengths differ.
    DataError
        There is one group only, a group is missing in some row, or is too rare for the folds.

    Notes
    -----
    A logistic regression on pooled features: its gradient is known in closed form, and hundreds of refits
    under permuted groups are affordable. Each fold's head is trained on the other folds; directions at a text
    come from the head that has not seen it.

    Examples
    --------
    >>> from fairkit.text.networks.examples import tiny_classifier
    >>> verbs = ("sings", "reads", "runs", "cooks", "swims")
    >>> texts = [f"{who} {verb}" for verb in verbs for who in ("she", "he")]
    >>> model = tiny_classifier(texts, labels=("no", "yes"))
    >>> found = train_protected_model(model, texts, ["f", "m"] * 5, folds=5)
    >>> found.accuracy.accuracy.value, found.accuracy.informative, found.notes
    (1.0, True, ())
    """
    names, code = _coded(groups, len(inputs))
    _check(names, head=head, output=output, folds=folds, toward=toward, ridge=ridge)
    features, keys = features_of(model, inputs, head=head, batch_size=batch_size, progress=progress)
    cluster = clustered(keys, clusters)
    fold = assigned_folds(code, cluster, names, folds=folds, seed=seed)
    heads = fitted(features, code, fold, len(names), ridge=ridge)
    held_out = out_of_fold(heads, features, fold)
    dependent = clusters is not None or int(cluster.max()) + 1 < len(code)
    accuracy = accuracy_of(held_out, code, cluster, names, clustered=dependent, confidence=confidence)
    return ProtectedModel(
        names,
        head,
        (*heads, fit_head(features, code, len(names), ridge=ridge)),
        dict(zip(keys, fold.tolist(), strict=True)),
        _unique(keys, code),
        toward,
        output,
        accuracy,
        () if accuracy.caution is None else (accuracy.caution,),
    )


def fitted(
    features: FloatArray, code: IntArray, fold: IntArray, groups: int, *, ridge: float
) -> tuple[LinearHead, ...]:
    """Fit one head per fold, on all other folds.

    Examples
    --------
    >>> x, code = np.arange(4.0)[:, None], np.array([0, 0, 1, 1])
    >>> len(fitted(x, code, np.array([0, 1, 0, 1]), 2, ridge=1.0))
    2
    """
    return tuple(
        fit_head(features[fold != k], code[fold != k], groups, ridge=ridge)
        for k in range(int(fold.max()) + 1)
    )


def out_of_fold(heads: Sequence[LinearHead], features: FloatArray, fold: IntArray) -> FloatArray:
    """Predict every row by the head that has not seen it, shape (rows, groups).

    Examples
    --------
    >>> head = LinearHead(np.zeros((2, 1)), np.zeros(2))
    >>> out_of_fold([head, head], np.zeros((2, 1)), np.array([0, 1])).tolist()
    [[0.5, 0.5], [0.5, 0.5]]
    """
    found = np.empty((len(features), len(heads[0].bias)))
    for k, head in enumerate(heads):
        found[fold == k] = head.probabilities(features[fold == k])
    return found


def _coded(groups: Sequence[Any], rows: int) -> tuple[tuple[str, ...], IntArray]:
    if len(groups) != rows:
        raise UsageError(f"groups= has {len(groups)} entries for {rows} rows.")
    missing = [i for i, group in enumerate(groups) if group is None or group != group]  # noqa: PLR0124  NaN
    if missing:
        raise DataError(
            f"the group of {len(missing):,} rows is missing (the first is row {missing[0]}): a "
            "protected-status model is trained on rows whose group is known."
        )
    named = [str(group) for group in groups]
    names = tuple(sorted(set(named)))
    if len(names) < 2:
        raise DataError(
            f"there is one group only ({shortlist(names)}); a protected-status model tells groups apart."
        )
    place = {name: k for k, name in enumerate(names)}
    return names, np.array([place[name] for name in named], np.int64)


def _check(names: Sequence[str], *, head: str, output: str, folds: int, toward: str, ridge: float) -> None:
    problems = []
    asked = (
        ("head", head, get_args(Head)),
        ("output", output, ("probability", "logit")),
        ("toward", toward, (OWN, *names)),
    )
    for what, value, known in asked:
        if value not in known:
            problems.append(
                f"{what} '{value}' is unknown (there are "
                f"{shortlist(known)}).{did_you_mean(str(value), known)}"
            )
    if folds < 2:
        problems.append(f"folds= must be at least 2, and is {folds}.")
    if not ridge > 0:
        problems.append(f"ridge= must be positive, and is {ridge}.")
    if problems:
        raise UsageError(*problems)


def _unique(keys: Sequence[Hashable], code: IntArray) -> dict[Hashable, int]:
    """Give the group of every text that has one group only."""
    found: dict[Hashable, int] = {}
    several = set()
    for key, group in zip(keys, code.tolist(), strict=True):
        if found.setdefault(key, group) != group:
            several.add(key)
    return {key: group for key, group in found.items() if key not in several}
