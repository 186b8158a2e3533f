"""Protected directions that somebody can point at: columns of a table, and the words a rewriter changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from fairkit.errors import UsageError, unknown_name
from fairkit.text.rewriting import Rewritten

if TYPE_CHECKING:
    from torch import Tensor

    from fairkit.text.networks.embedded import Differentiable, Embedded


class FeatureMask:
    """Columns of a table: v is 1 there and 0 elsewhere, so that P is the derivative by the protected columns.

    Parameters
    ----------
    features : iterable of str
        Their names, as the model has them.

    Raises
    ------
    UsageError
        There are none; while measuring, the model has no feature of such a name, or reads texts.

    Examples
    --------
    >>> import torch
    >>> from fairkit.text import from_module, sensitivities
    >>> model = from_module(torch.nn.Identity().eval(), labels=("no", "yes"), features=("age", "sex"))
    >>> sensitivities(model, [[0.0, 0.0]], protected=FeatureMask(["sex"])).value(0)
    -0.25
    """

    oriented, absent = True, "no protected feature"

    def __init__(self, features: Iterable[str]) -> None:
        self.features = (features,) if isinstance(features, str) else tuple(features)
        if not self.features:
            raise UsageError("no protected features were named.")

    @property
    def description(self) -> str:
        """What v is."""
        return "the features " + ", ".join(self.features)

    def directions(
        self,
        model: Differentiable,  # noqa: ARG002
        embedded: Embedded,
        groups: Sequence[Any] | None = None,  # noqa: ARG002
    ) -> Tensor:
        """Return 1 at the protected columns, shape (rows, features)."""
        import torch

        names = embedded.tokens[0] if embedded.tokens and not embedded.is_text else ()
        if unknown := [unknown_name("feature", name, names) for name in self.features if name not in names]:
            raise UsageError(*unknown)
        found = torch.zeros_like(embedded.embeddings)
        found[:, [names.index(name) for name in self.features]] = 1
        return found


class SwapDirection:
    """From a text's counterfactual to the text itself: v is the difference of their token embeddings.

    P is then the first-order estimate of how much the answer owes to the words that a rewriter changes:
    f(x) - f(swapped x) for a model that is a straight line between them. Positive: they support the answer.

    Parameters
    ----------
    rewriter : callable
        From a text to a :class:`~fairkit.text.Rewritten`, such as :class:`~fairkit.text.GenderSwapper`.

    Notes
    -----
    Both texts need equally many tokens, or positions would be compared that have nothing to do with each
    other; texts for which this fails, and texts that nothing is changed in, have no sensitivity.

    Examples
    --------
    >>> from fairkit.text import Change, Rewritten, sensitivities
    >>> from fairkit.text.networks.examples import tiny_classifier
    >>> def swap(text):
    ...     changes = (Change(0, 3, "she", "he", "pair"),) if text.startswith("she") else ()
    ...     return Rewritten(text, text.replace("she", "he"), changes)
    >>> model = tiny_classifier(["she sings", "he sings"], labels=("no", "yes"))
    >>> found = sensitivities(model, ["she sings", "we sing"], protected=SwapDirection(swap))
    >>> found.value(0) != 0, found.why[1]
    (True, 'no counterfactual with as many tokens')
    """

    oriented, absent = True, "no counterfactual with as many tokens"
    description = "the way from the counterfactual's words to the text's own"

    def __init__(self, rewriter: Callable[[str], Rewritten]) -> None:
        self._rewriter = rewriter

    def directions(
        self,
        model: Differentiable,
        embedded: Embedded,
        groups: Sequence[Any] | None = None,  # noqa: ARG002
    ) -> Tensor:
        """Return the differences of embeddings, shape (texts, positions, width)."""
        import torch

        if not embedded.texts:
            raise UsageError("a counterfactual is one of a text, and these are no texts.")
        rewritten = [self._rewriter(text) for text in embedded.texts]
        other = model.embed([one.text for one in rewritten])
        found = torch.zeros_like(embedded.embeddings)
        ours, theirs = embedded.weights, other.weights
        for row, one in enumerate(rewritten):
            width = min(ours.shape[1], theirs.shape[1])
            alike = bool((ours[row, :width] == theirs[row, :width]).all())
            if one.changed and alike and ours[row].sum() == theirs[row].sum():
                change = embedded.embeddings[row, :width] - other.embeddings[row, :width]
                found[row, :width] = change * ours[row, :width, None]
        return found
