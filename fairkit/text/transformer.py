"""The swap as a step of a scikit-learn pipeline."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from fairkit.door.text_arrays import mapped
from fairkit.text.rewriters import GENDER, rewriter_of
from fairkit.text.rewriting import Rewriter

if TYPE_CHECKING:
    from sklearn.utils import Tags

__all__ = ["CounterfactualSwap"]


class CounterfactualSwap(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Rewrites texts with roles reversed, as a step before a vectoriser.

    It learns nothing, so it need not be fitted. Texts come back in what they came in: a list, an array, a
    series, or a frame of text columns; what is missing stays.

    Parameters
    ----------
    attribute : str, path, mapping or Rewriter, default "gender"
        ``"gender"``, or a table; see :func:`fairkit.text.rewriters.rewriter_of`.
    target : str or mapping, optional
        Of a table: the level that others become.
    direction, names, tagger : str, optional
        Of the swap of gender; None is its own default.
    exclude : sequence of str
        Phrases that are left as they are.
    extra_pairs : mapping or sequence of pairs
        Of the swap of gender: further words.

    Raises
    ------
    UsageError
        When it is fitted or used: an option does not exist, or not for this attribute.
    DataError
        Something among the texts is none.

    Examples
    --------
    >>> from sklearn.feature_extraction.text import CountVectorizer
    >>> from sklearn.pipeline import make_pipeline
    >>> steps = make_pipeline(CounterfactualSwap(), CountVectorizer())
    >>> steps.fit(["She sang.", "A man came."]).get_feature_names_out().tolist()
    ['came', 'he', 'sang', 'woman']
    """

    def __init__(
        self,
        attribute: str | os.PathLike[str] | Mapping[str, Any] | Rewriter = GENDER,
        *,
        target: str | Mapping[str, str] | None = None,
        direction: str | None = None,
        names: str | None = None,
        tagger: str | None = None,
        exclude: Sequence[str] = (),
        extra_pairs: Mapping[str, str] | Sequence[tuple[str, str]] = (),
    ) -> None:
        self.attribute = attribute
        self.target = target
        self.direction = direction
        self.names = names
        self.tagger = tagger
        self.exclude = exclude
        self.extra_pairs = extra_pairs

    def fit(self, X: Any = None, y: Any = None) -> CounterfactualSwap:  # noqa: ARG002, N803 - scikit-learn's names
        """Check the options; there is nothing to learn."""
        self._rewriter()
        return self

    def transform(self, X: Any) -> Any:  # noqa: N803 - scikit-learn's name
        """Rewrite texts.

        Parameters
        ----------
        X : list, array, series or frame of texts

        Returns
        -------
        list, array, series or frame
            Of the same type, shape, index and names.
        """
        return mapped(X, self._rewriter().texts)

    def get_feature_names_out(self, input_features: Sequence[str] | None = None) -> Any:
        """Return the names of the columns, which stay."""
        return np.asarray(["text"] if input_features is None else input_features, object)

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.no_validation = True
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.input_tags.one_d_array = True
        tags.input_tags.allow_nan = True
        return tags

    def _rewriter(self) -> Rewriter:
        given = {name: value for name, value in self.get_params(deep=False).items() if name != "attribute"}
        return rewriter_of(
            self.attribute, **{name: value for name, value in given.items() if _is_given(value)}
        )


def _is_given(value: object) -> bool:
    return value is not None and (isinstance(value, str) or len(value) > 0)  # type: ignore[arg-type]
