"""Scores that can be shown without giving the held-out rows away: the Ladder, and Thresholdout.

The Ladder (Blum and Hardt 2015) shows a team's best loss on part A, and a new one only when it is clearly
better, so that most submissions teach nothing. Its changes are paid for by the terms, if each score is that
of a claim when it is judged, and the checker goes on from the changes so far (`Checker.resumed`, with
`Spent.ladder_changes`): the referee shows no such board and counts none. Thresholdout (Dwork et
al. 2015) answers questions about a public part with the answer of one half of it, unless the other half
disagrees; it is for diagnostics and decides nothing.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from bounty.certificates.terms import Terms
from bounty.rows.evidence import RepairEvidence
from fairkit.errors import BountyError


class Ladder:
    """A board of each team's best loss on part A, rounded to the step of the terms.

    A team's first score is shown at once; a later one only if it is lower than the shown one by more than a
    step (`submit`), or by more than one standard error of the paired difference (`submit_paired`, the form
    without a parameter). Changes are counted over all teams; when the terms' changes are used up the board
    stays as it is.

    Parameters
    ----------
    terms : Terms
        Its `ladder_changes` and `ladder_step`.
    changes : int
        Changes shown before.
    shown : dict of str to Fraction, optional
        What the board shows, by team.

    Raises
    ------
    BountyError
        More changes were shown than the terms allow.

    Examples
    --------
    >>> ladder = Ladder(Terms.of(ladder_changes=5, ladder_step="0.01"))
    >>> [float(ladder.submit("owls", lost, rows=1000)) for lost in (204, 196, 188)]
    [0.2, 0.2, 0.19]
    >>> ladder.changes, ladder.frozen
    (2, False)
    """

    def __init__(self, terms: Terms, *, changes: int = 0, shown: dict[str, Fraction] | None = None) -> None:
        if not 0 <= changes <= terms.ladder_changes:
            raise BountyError(
                f"the board has changed {changes:,} times; terms allow {terms.ladder_changes:,}."
            )
        self.terms = terms
        self.changes = changes
        self.shown = dict(shown or {})

    @property
    def frozen(self) -> bool:
        """Whether no change is left."""
        return self.changes >= self.terms.ladder_changes

    def submit(self, team: str, lost: int, *, rows: int, largest: int = 1) -> Fraction | None:
        """Score a team's model and give what the board shows for it.

        Parameters
        ----------
        team : str
        lost : int
            What the model loses on part A.
        rows : int
            Rows of part A.
        largest : int
            The most that one row can lose.

        Returns
        -------
        Fraction or None
            A share of what could be lost; None where the board was frozen before the team's first score.
        """
        loss = Fraction(lost, rows * largest)
        best = self.shown.get(team)
        if best is None or loss < best - self.terms.ladder_step:
            self._show(team, loss)
        return self.shown.get(team)

    def submit_paired(
        self, team: str, lost: int, *, against: RepairEvidence, rows: int, largest: int = 1
    ) -> Fraction | None:
        """Score a team's model by the form without a parameter.

        Parameters
        ----------
        team, lost, rows, largest
            See `submit`.
        against : RepairEvidence
            The model beside the team's best so far, on all rows; not looked at for a first score.

        Returns
        -------
        Fraction or None

        Notes
        -----
        The published form rounds to 1/n. This one rounds to the step of the terms, because each value that
        could be shown has to be paid for.

        Examples
        --------
        >>> ladder = Ladder(Terms.of(ladder_changes=5))
        >>> first = ladder.submit("owls", 204, rows=1000)
        >>> beside = RepairEvidence(1000, 1000, 204, 180, 30, 6, 36)
        >>> float(ladder.submit_paired("owls", 180, against=beside, rows=1000))
        0.18
        """
        loss = Fraction(lost, rows * largest)
        best = self.shown.get(team)
        if best is None or _clearly_below(loss, best, against, largest):
            self._show(team, loss)
        return self.shown.get(team)

    def _show(self, team: str, loss: Fraction) -> None:
        if not self.frozen:
            self.changes += 1
            self.shown[team] = round(loss / self.terms.ladder_step) * self.terms.ladder_step


def _clearly_below(loss: Fraction, best: Fraction, against: RepairEvidence, largest: int) -> bool:
    """Say exactly whether ``loss < best - s/sqrt(n)``, s being the paired standard deviation."""
    gain, n = best - loss, against.rows
    variance = Fraction(n * against.squares - against.saved**2, n * n * largest * largest)
    return gain > 0 and gain * gain * n > variance


class Thresholdout:
    """Answers questions about a public part, so often that a hunter may look before paying with a submission.

    The public part is halved. A question is a mean of numbers between 0 and 1; where the halves agree within
    a noisy threshold the first half's answer is given, else the second half's with noise, and one of the
    budget is used (Dwork, Feldman, Hardt, Pitassi, Reingold and Roth 2015, algorithm Thresholdout: Laplace
    noise of scale sigma on answers, 2 sigma on the threshold, 4 sigma on the comparison).

    Parameters
    ----------
    budget : int
        Answers of the second half.
    seed : int
        Of the noise; kept from hunters.
    threshold, sigma : float
        Published defaults for halves of some thousands of rows.

    Raises
    ------
    BountyError
        With every number that is out of range.

    Examples
    --------
    >>> halves = Thresholdout(budget=2, seed=1)
    >>> halves.ask(0.31, 0.30), halves.left
    (0.31, 2)
    """

    def __init__(self, *, budget: int, seed: int, threshold: float = 0.04, sigma: float = 0.01) -> None:
        problems = [
            f"{name} is {value!r}; it is {wanted}."
            for name, value, wanted, right in (
                ("budget", budget, "a whole number above 0", isinstance(budget, int) and budget > 0),
                ("seed", seed, "a whole number from 0 up", isinstance(seed, int) and seed >= 0),
                ("threshold", threshold, "above 0 and below 1", 0 < threshold < 1),
                ("sigma", sigma, "above 0 and below 1", 0 < sigma < 1),
            )
            if not right
        ]
        if problems:
            raise BountyError(*problems)
        self.left = budget
        self._threshold, self._sigma = threshold, sigma
        self._random = np.random.default_rng(seed)
        self._raised = threshold + self._noise(2)

    def ask(self, first: float, second: float) -> float:
        """Answer a question.

        Parameters
        ----------
        first, second : float
            Its answers on the two halves, from 0 to 1.

        Returns
        -------
        float
            Not cut off at 0 and 1: that would lean the answers.

        Raises
        ------
        BountyError
            The budget is used up, or an answer is not between 0 and 1.
        """
        if not (0 <= first <= 1 and 0 <= second <= 1):
            raise BountyError(f"the halves answer {first!r} and {second!r}; both are means from 0 to 1.")
        if self.left < 1:
            raise BountyError("the budget of diagnostics is used up; nothing more is answered.")
        if abs(second - first) <= self._raised + self._noise(4):
            return first
        self.left -= 1
        answer = second + self._noise(1)
        self._raised = self._threshold + self._noise(2)
        return answer

    def _noise(self, scales: int) -> float:
        return float(self._random.laplace(0.0, scales * self._sigma))
