"""The conditions of a bounty: what may be answered, which losses count, and the terms of judging."""

from __future__ import annotations

from dataclasses import dataclass

from bounty.certificates.terms import Terms
from bounty.ledger.manifest import Manifest
from bounty.rows.answers import AnswerSpace
from bounty.rows.losses import Loss
from fairkit.errors import ClaimError, did_you_mean


@dataclass(frozen=True, slots=True)
class Conditions:
    """What every claim of one bounty is judged by.

    Attributes
    ----------
    space : AnswerSpace
        What models may answer.
    losses : tuple of Loss
        Those that claims may name. The first is the main one: repairs are judged by it alone.
    terms : Terms
    minimum_rows : int
        A smaller group is refused on the public part, and rejected on the others.
    duplicate : float
        A group that shares this much of its public rows (Jaccard) with that of an accepted claim of the same
        kind and loss repeats it.

    Examples
    --------
    >>> from bounty.rows.answers import Form
    >>> space = AnswerSpace(Form.DECISION, ("no", "yes"))
    >>> losses = tuple(Loss.named(name, space.form) for name in ("error", "false_negative"))
    >>> conditions = Conditions(space, losses, Terms.of(epsilon="0.05", submissions=20, acceptances=3))
    >>> conditions.main.name.value, conditions.loss("false_negative").name.value
    ('error', 'false_negative')
    """

    space: AnswerSpace
    losses: tuple[Loss, ...]
    terms: Terms
    minimum_rows: int = 30
    duplicate: float = 0.95

    @property
    def main(self) -> Loss:
        """The loss that repairs are judged by."""
        return self.losses[0]

    def loss(self, name: str) -> Loss:
        """Find one of the bounty's losses.

        Raises
        ------
        ClaimError
            The bounty does not judge by that loss.
        """
        for loss in self.losses:
            if loss.name == name:
                return loss
        known = [loss.name.value for loss in self.losses]
        message = f"loss '{name}' is none of this bounty's ({', '.join(known)}).{did_you_mean(name, known)}"
        raise ClaimError(message)


def conditions_of(manifest: Manifest) -> Conditions:
    """Read the conditions from a manifest."""
    return Conditions(
        manifest.space,
        manifest.losses,
        Terms.from_dict(manifest.terms),
        manifest.minimum_rows,
        float(manifest.duplicate),
    )
