"""Linear heads on pooled features: how Pr(group | x) is learnt, and the direction in which it grows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LinearHead:
    """Multinomial logistic regression, in the units of its features.

    Parameters
    ----------
    weights : ndarray of shape (groups, width)
    bias : ndarray of shape (groups,)

    Examples
    --------
    >>> head = LinearHead(np.array([[0.0], [2.0]]), np.zeros(2))
    >>> head.probabilities(np.array([[0.0]])).tolist()
    [[0.5, 0.5]]
    """

    weights: FloatArray
    bias: FloatArray

    def probabilities(self, features: FloatArray) -> FloatArray:
        """Return Pr(group | x), shape (rows, groups)."""
        scores = features @ self.weights.T + self.bias
        scores -= scores.max(axis=1, keepdims=True)
        odds = np.exp(scores)
        return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def fit_head(features: FloatArray, group: IntArray, groups: int, *, ridge: float) -> LinearHead:
    """Fit a head by penalised maximum likelihood on standardised features.

    Parameters
    ----------
    features : ndarray of shape (rows, width)
    group : ndarray of int, of shape (rows,)
        From 0 to ``groups - 1``; every group is there.
    groups : int
    ridge : float
        Weight of the squared coefficients against the summed log-likelihood; 1 is scikit-learn's default.

    Examples
    --------
    >>> head = fit_head(np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0, 0, 1, 1]), 2, ridge=1.0)
    >>> head.probabilities(np.array([[0.0], [3.0]])).argmax(axis=1).tolist()
    [0, 1]
    """
    from sklearn.linear_model import LogisticRegression

    z, centre, spread = standardised(features)
    fitted = LogisticRegression(C=1 / ridge, tol=1e-7, max_iter=5000).fit(z, group)
    weights, bias = fitted.coef_ / spread, fitted.intercept_.copy()
    if groups == 2:
        weights, bias = np.vstack([np.zeros_like(weights), weights]), np.concatenate([[0.0], bias])
    return LinearHead(weights, bias - weights @ centre)


def standardised(features: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Bring features to mean 0 and standard deviation 1; return them, the means and the deviations.

    Examples
    --------
    >>> standardised(np.array([[1.0, 5.0], [3.0, 5.0]]))[0].tolist()
    [[-1.0, 0.0], [1.0, 0.0]]
    """
    centre, spread = features.mean(axis=0), features.std(axis=0)
    spread = np.where(spread > 1e-12 * (1 + np.abs(centre)), spread, 1.0)  # a constant says nothing
    return (features - centre) / spread, centre, spread


def slope(
    features: Tensor, weights: Tensor, bias: Tensor, toward: Tensor, output: Literal["probability", "logit"]
) -> Tensor:
    """Differentiate Pr(group | x), or its log-odds, with respect to the features; shape (rows, width).

    Parameters
    ----------
    features : Tensor of shape (rows, width)
    weights : Tensor of shape (rows, groups, width)
        Of the head of each row.
    bias : Tensor of shape (rows, groups)
    toward : Tensor of int, of shape (rows,)
        The group whose probability is meant.
    output : {"probability", "logit"}

    Examples
    --------
    >>> import torch
    >>> weights = torch.tensor([[[0.0], [2.0]]])
    >>> slope(torch.zeros(1, 1), weights, torch.zeros(1, 2), torch.tensor([1]), "probability").tolist()
    [[0.5]]
    """
    import torch

    shares = (torch.einsum("bgd,bd->bg", weights, features) + bias).softmax(dim=1)
    chosen = toward[:, None]
    own = weights.gather(1, chosen[:, :, None].expand(-1, -1, weights.shape[2]))[:, 0]
    if output == "logit":
        others = shares.scatter(1, chosen, 0.0)
        others = others / others.sum(dim=1, keepdim=True).clamp_min(torch.finfo(others.dtype).tiny)
        return own - torch.einsum("bg,bgd->bd", others, weights)
    return shares.gather(1, chosen) * (own - torch.einsum("bg,bgd->bd", shares, weights))
