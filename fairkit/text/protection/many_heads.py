r"""Many logistic regressions on the same features with different groups: what permuted groups need.

Newton's steps with one curvature for all of them. Under permuted groups every row has about the same
probabilities :math:`\pi`, the shares of the groups, so that the curvature of the penalised likelihood,
:math:`(\operatorname{diag} \pi - \pi \pi^\top) \otimes X^\top X + \lambda I`, hardly changes on the way. Its
two factors are diagonalised once; a step is then two products of matrices for all fits together, and about
ten steps are enough. Fits that do not converge so (their groups are no noise) are left to scikit-learn.
"""

from __future__ import annotations

import numpy as np

from fairkit.text.protection.heads import FloatArray, IntArray, fit_head, standardised

_STEPS = 60
_EXACT = 1e-8
_CELLS = 20_000_000


def fit_many(
    features: FloatArray, codes: IntArray, groups: int, *, ridge: float
) -> tuple[FloatArray, FloatArray]:
    """Fit a head for each of several assignments of groups, as :func:`fit_head` would one by one.

    Parameters
    ----------
    features : ndarray of shape (rows, width)
    codes : ndarray of int, of shape (fits, rows)
    groups : int
    ridge : float

    Returns
    -------
    tuple of ndarray
        Weights, shape (fits, groups, width), and biases, shape (fits, groups), up to what adds the same to
        every group.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x, codes = rng.normal(size=(50, 2)), rng.integers(0, 2, (3, 50))
    >>> weights, bias = fit_many(x, codes, 2, ridge=1.0)
    >>> one = fit_head(x, codes[0], 2, ridge=1.0)
    >>> bool(np.allclose(weights[0, 1] - weights[0, 0], one.weights[1] - one.weights[0], atol=1e-4))
    True
    """
    z, centre, spread = standardised(features)
    penalty = ridge * (2 if groups == 2 else 1)  # scikit-learn writes two groups with one row of weights
    stretch, turn = np.linalg.eigh(z.T @ z)
    turned = z @ turn
    fits = max(1, _CELLS // (len(z) * groups))
    parts = [
        _newton(turned, np.maximum(stretch, 0.0), codes[k : k + fits], groups, penalty)
        for k in range(0, len(codes), fits)
    ]
    weights = np.concatenate([part[0] for part in parts]) @ turn.T
    bias, exact = (np.concatenate([part[i] for part in parts]) for i in (1, 2))
    weights = weights / spread
    bias = bias - weights @ centre
    for k in np.flatnonzero(~exact):
        alone = fit_head(features, codes[k], groups, ridge=ridge)
        weights[k], bias[k] = alone.weights, alone.bias
    return weights, bias


def _newton(
    z: FloatArray, stretch: FloatArray, codes: IntArray, groups: int, penalty: float
) -> tuple[FloatArray, FloatArray, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Climb from equal probabilities; return weights and biases on `z`, and whether each fit arrived."""
    fits, rows = codes.shape
    member = codes[:, None, :] == np.arange(groups)[:, None]  # (fits, groups, rows)
    share = member.mean(axis=(0, 2))
    scale, axes = np.linalg.eigh(np.diag(share) - np.outer(share, share))
    scale = np.maximum(scale, 0.0)
    curvature = scale[:, None] * stretch + penalty
    flat = scale * rows
    along = np.where(flat > 1e-9 * rows, 1 / np.where(flat > 0, flat, 1.0), 0.0)
    weights = np.zeros((fits, groups, z.shape[1]))
    bias = np.log(member.mean(axis=2))
    bias -= bias.mean(axis=1, keepdims=True)
    far = np.full(fits, np.inf)
    for _ in range(_STEPS):
        scores = weights @ z.T + bias[:, :, None]
        scores -= scores.max(axis=1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=1, keepdims=True)
        scores -= member
        uphill, level = scores @ z + penalty * weights, scores.sum(axis=2)
        far = np.maximum(np.abs(uphill).max(axis=(1, 2)), np.abs(level).max(axis=1)) / rows
        if (far <= _EXACT).all() or not np.isfinite(far).all():
            break
        weights -= axes @ ((axes.T @ uphill) / curvature)
        bias -= (level @ axes * along) @ axes.T
    return weights, bias, far <= _EXACT
