"""Readers of speech formats, and the join of references with hypotheses.

Every reader returns :class:`Transcripts`, columns with notes on what was skipped or merged;
:func:`join` puts references, any number of hypotheses and what is known of speakers side by side, and says
what did not match. Nothing is dropped without a note.
"""

from __future__ import annotations

from fairkit.speech.readers.formats import FORMATS, read_transcripts
from fairkit.speech.readers.ids import IdRule
from fairkit.speech.readers.joining import Joined, join
from fairkit.speech.readers.opening import opened
from fairkit.speech.readers.reading import read_joined
from fairkit.speech.readers.transcripts import Format, Transcripts
from fairkit.speech.readers.trn import SpeakerRule
from fairkit.speech.readers.unmatched import Unmatched

__all__ = [
    "FORMATS",
    "Format",
    "IdRule",
    "Joined",
    "SpeakerRule",
    "Transcripts",
    "Unmatched",
    "join",
    "opened",
    "read_joined",
    "read_transcripts",
]
