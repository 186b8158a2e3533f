"""Items of the published tests of associations: what a loader reads and a metric scores.

Each is plain text with its labels: no tokens, no scores, nothing of any model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Task = Literal["intrasentence", "intersentence"]
"""StereoSet's two tasks: a word within the sentence, or a sentence after the context."""

Direction = Literal["stereo", "antistereo"]
"""Whether the more stereotyping sentence of a CrowS pair agrees with the stereotype or turns it round."""


@dataclass(frozen=True, slots=True)
class StereoSetItem:
    """One item of StereoSet: a context, and three sentences that a model ranks.

    Parameters
    ----------
    identifier : str
        Of the item.
    task : {"intrasentence", "intersentence"}
    bias_type : str
        The domain: ``gender``, ``profession``, ``race`` or ``religion``.
    target : str
        The term whose associations are asked for; scores are averaged by it.
    context : str
        Intrasentence: the sentence with ``BLANK`` for the word. Intersentence: the sentence before.
    stereotype, anti_stereotype, unrelated : str
        Whole sentences.
    stereotype_id, anti_stereotype_id, unrelated_id : str
        What prediction files call them; empty where nobody does.

    Examples
    --------
    >>> item = StereoSetItem(
    ...     "1", "intrasentence", "profession", "baker", "The baker is BLANK.", "The baker is jolly.",
    ...     "The baker is gloomy.", "The baker is a tram.",
    ... )
    >>> item.sentences
    ('The baker is jolly.', 'The baker is gloomy.', 'The baker is a tram.')
    """

    identifier: str
    task: Task
    bias_type: str
    target: str
    context: str
    stereotype: str
    anti_stereotype: str
    unrelated: str
    stereotype_id: str = ""
    anti_stereotype_id: str = ""
    unrelated_id: str = ""

    @property
    def sentences(self) -> tuple[str, str, str]:
        """The stereotype, the anti-stereotype and the unrelated sentence."""
        return (self.stereotype, self.anti_stereotype, self.unrelated)

    @property
    def sentence_ids(self) -> tuple[str, str, str]:
        """What prediction files call the three, in the same order."""
        return (self.stereotype_id, self.anti_stereotype_id, self.unrelated_id)


@dataclass(frozen=True, slots=True)
class CrowsPair:
    """One pair of CrowS-Pairs: two sentences that differ in who is spoken of.

    Parameters
    ----------
    identifier : str
    more, less : str
        The sentence that stereotypes more, and the one that does so less (``sent_more``, ``sent_less``).
    direction : {"stereo", "antistereo"}
        ``stereo``: the disadvantaged group is named in `more`. ``antistereo``: it is named in `less`.
    bias_type : str
        Such as ``gender``, ``race-color``, ``age``.

    Examples
    --------
    >>> CrowsPair("0", "Old men forget names.", "Young men forget names.", "stereo", "age").bias_type
    'age'
    """

    identifier: str
    more: str
    less: str
    direction: Direction
    bias_type: str
