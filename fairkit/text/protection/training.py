"""Training protected-status models: on texts of known groups, on permuted groups, and how well they do."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from fairkit.errors import DataError, UsageError, did_you_mean, shortlist
from fairkit.text.protection.accuracy import accuracy_of
from fairkit.text.protection.features import features_of
from fairkit.text.protection.folds import assigned_folds, clustered
from fairkit.text.protection.heads import FloatArray, IntArray, LinearHead, fit_head
from fairkit.text.protection.many_heads import fit_many
from fairkit.text.protection.models import OWN, Head, ProtectedModel, Training

if TYPE_CHECKING:
    from fairkit.text.networks.embedded import Differentiable

_TRIES = 100
"""Permutations tried for each that is kept."""


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
    output: Literal["probability", "logit"] = "logit",
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
        Whether v is the gradient of Pr(group | x) or of its log-odds. The gradient of a probability vanishes
        where the protected-status model is sure: the better it is, the smaller v, and the smaller P of just
        the texts that show their group most clearly.
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
    from fairkit.text.networks.embedded import rows_of

    inputs = rows_of(inputs)
    names, code = _coded(groups, len(inputs))
    _check(names, head=head, output=output, folds=folds, toward=toward, ridge=ridge)
    features, keys = features_of(model, inputs, head=head, batch_size=batch_size, progress=progress)
    cluster = clustered(keys, clusters)
    fold = assigned_folds(code, cluster, names, folds=folds, seed=seed)
    training = Training(features, tuple(keys), code, cluster, fold, ridge)
    heads, group_of = trained(training, len(names))
    held_out = out_of_fold(heads, features, fold)
    dependent = clusters is not None or int(cluster.max()) + 1 < len(code)
    accuracy = accuracy_of(held_out, code, cluster, names, clustered=dependent, confidence=confidence)
    return ProtectedModel(
        names,
        head,
        heads,
        dict(zip(keys, fold.tolist(), strict=True)),
        group_of,
        toward,
        output,
        accuracy,
        training,
        () if accuracy.caution is None else (accuracy.caution,),
    )


def trained(training: Training, groups: int) -> tuple[tuple[LinearHead, ...], dict[Hashable, int]]:
    """Fit one head per fold on all other folds, and one on everything; and list the group of every text.

    Examples
    --------
    >>> x, code = np.arange(4.0)[:, None], np.array([0, 0, 1, 1])
    >>> data = Training(x, ("a", "b", "c", "d"), code, code, np.array([0, 1, 0, 1]), 1.0)
    >>> heads, group_of = trained(data, 2)
    >>> len(heads), group_of["d"]
    (3, 1)
    """
    x, code = training.features, training.code
    heads = tuple(
        fit_head(x[rows], code[rows], groups, ridge=training.ridge) for rows in _kept(training.fold)
    )
    return heads, _unique(training.keys, code)


def trained_on(
    training: Training, codes: IntArray, groups: int, *, progress: Callable[[int], object] | None = None
) -> tuple[FloatArray, FloatArray]:
    """Train the heads again on other groups of the same rows, with the same folds.

    Parameters
    ----------
    training : Training
    codes : ndarray of int, of shape (draws, rows)
    groups : int
    progress : callable, optional
        Is told, in all, as many steps as there are draws.

    Returns
    -------
    tuple of ndarray
        Weights, shape (draws, heads, groups, width), and biases, shape (draws, heads, groups); the heads are
        those of the folds and, last, the one of everything.

    Examples
    --------
    >>> x, code = np.arange(4.0)[:, None], np.array([0, 0, 1, 1])
    >>> data = Training(x, ("a", "b", "c", "d"), code, code, np.array([0, 1, 0, 1]), 1.0)
    >>> trained_on(data, np.array([[0, 1, 1, 0]]), 2)[0].shape
    (1, 3, 2, 1)
    """
    parts, told = [], 0
    kept = _kept(training.fold)
    for k, rows in enumerate(kept):
        parts.append(fit_many(training.features[rows], codes[:, rows], groups, ridge=training.ridge))
        if progress is not None:
            steps = len(codes) * (k + 1) // len(kept) - told
            progress(steps)
            told += steps
    return np.stack([part[0] for part in parts], axis=1), np.stack([part[1] for part in parts], axis=1)


def permuted_codes(training: Training, groups: int, *, draws: int, rng: np.random.Generator) -> IntArray:
    """Draw permuted groups that can be trained on: every head sees every group, as in truth; (draws, rows).

    Raises
    ------
    DataError
        Hardly any permutation leaves every group to every head.

    Examples
    --------
    >>> x, code = np.arange(4.0)[:, None], np.array([0, 0, 1, 1])
    >>> data = Training(x, ("a", "b", "c", "d"), code, np.arange(4), np.array([0, 1, 0, 1]), 1.0)
    >>> drawn = permuted_codes(data, 2, draws=9, rng=np.random.default_rng(0))
    >>> {tuple(sorted(one[data.fold == 0].tolist())) for one in drawn}
    {(0, 1)}
    """
    found, place = list[IntArray](), training.fold * groups
    folds = int(training.fold.max()) + 1
    for _ in range(draws * _TRIES):
        code = permuted(training.code, training.cluster, rng)
        table = np.bincount(place + code, minlength=folds * groups).reshape(folds, groups)
        if (table < table.sum(axis=0)).all():
            found.append(code)
            if len(found) == draws:
                return np.stack(found)
    raise DataError(
        f"the groups of {len(training.code):,} rows can hardly be permuted: in almost every permutation a "
        "group lies in one fold only, and cannot be learnt from the others. Merge groups, or ask for no "
        "floor: permutations=0, --permutations 0."
    )


def _kept(fold: IntArray) -> list[NDArray[np.bool_]]:
    """List the training rows of every head."""
    return [fold != k for k in range(int(fold.max()) + 1)] + [np.ones(len(fold), bool)]


def permuted(code: IntArray, cluster: IntArray, rng: np.random.Generator) -> IntArray:
    """Permute groups among what may trade: whole clusters of one group, and rows within mixed ones.

    Examples
    --------
    >>> permuted(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1]), np.random.default_rng(3)).tolist()
    [1, 1, 0, 0]
    """
    found = code.copy()
    order = np.argsort(cluster, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(cluster[order])) + 1)
    mixed = [part for part in parts if (code[part] != code[part[0]]).any()]
    whole = [part for part in parts if not (code[part] != code[part[0]]).any()]
    for part in mixed:
        found[part] = rng.permutation(code[part])
    traded = rng.permutation([code[part[0]] for part in whole])
    for part, group in zip(whole, traded, strict=True):
        found[part] = group
    return found


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
