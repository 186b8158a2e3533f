"""What every source of protected directions answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from torch import Tensor

    from fairkit.text.networks.embedded import Differentiable, Embedded


class Directions(Protocol):
    """A source of v in wᵀ J v: a lexicon, a protected-status model, or a class of your own.

    Examples
    --------
    >>> class Everywhere:
    ...     description, absent, oriented = "all coordinates", "there is nothing to measure", False
    ...     def directions(self, model, embedded, groups=None):
    ...         return embedded.embeddings * 0 + 1
    >>> source: Directions = Everywhere()
    >>> source.description
    'all coordinates'
    """

    @property
    def description(self) -> str:
        """What v is, for reports."""

    @property
    def absent(self) -> str:
        """Why a row whose v is 0 everywhere has no sensitivity."""

    @property
    def oriented(self) -> bool:
        """Whether v has a meaningful sign: if it says only where, signed sensitivities are refused."""

    def directions(
        self, model: Differentiable, embedded: Embedded, groups: Sequence[Any] | None = None
    ) -> Tensor:
        """Return v, of the shape of the embeddings, for a batch; `groups` are those of its rows, if known."""
