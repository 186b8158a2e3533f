"""One part of a bounty's data, ready to be judged on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from bounty.claims.claim import Part
from bounty.rows.amounts import Amounts
from bounty.rows.answers import Answers, Truth
from bounty.rows.columns import Columns
from bounty.rows.losses import Loss


@dataclass(frozen=True, slots=True)
class Split:
    """Rows of one part: what claims may see of them, what is true, and what the host's models answer.

    Attributes
    ----------
    part : {"public", "checker", "confirmation"}
    columns : Columns
    truth : Truth
    host : Answers
        Of the model that the bounty is about (version 0).
    alternatives : mapping of str to Answers
        Of other models that a repair may use.

    Examples
    --------
    >>> from bounty.rows.answers import Form
    >>> columns = Columns.of({"age": [20, 30, 40]})
    >>> truth, host = Truth(np.array([1, 0, 1], np.uint8)), Answers.of(Form.DECISION, [1, 1, 1])
    >>> split = Split("public", columns, truth, host)
    >>> split.rows, split.lost(Loss.named("error", Form.DECISION)).array().tolist()
    (3, [0, 1, 0])
    """

    part: Part
    columns: Columns
    truth: Truth
    host: Answers
    alternatives: Mapping[str, Answers] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Rows of the part."""
        return self.host.rows

    def lost(self, loss: Loss) -> Amounts:
        """Find what the host's model loses on each row."""
        return loss.lost(self.host, self.truth)

    def taking(self, index: npt.NDArray[np.intp], part: Part) -> Split:
        """Give chosen rows as another part."""
        return Split(
            part,
            self.columns.taking(index),
            self.truth.taking(index),
            self.host.taking(index),
            {name: answers.taking(index) for name, answers in self.alternatives.items()},
        )
