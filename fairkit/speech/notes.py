"""What a reader of a speech report should know before the numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fairkit.errors import shortlist
from fairkit.groups import Grouping, attributes_of
from fairkit.speech.labels import overlapping_labels, speakers_in_several_groups
from fairkit.speech.utterances import Utterances

_BY_DESIGN = 0.5
"""Where more than this share of speakers has several levels, the attribute is a condition, not a slip."""

_SHOWN = 5


def speech_notes(utterances: Utterances, split: Sequence[Grouping], *, drop_empty: bool) -> list[str]:
    """Point out what is easily overlooked: lacking texts, overlapping labels, speakers in two groups.

    Parameters
    ----------
    utterances : Utterances
    split : sequence of Grouping
    drop_empty : bool
        Whether utterances with an empty reference are left out.

    Examples
    --------
    >>> from fairkit.groups import groupings
    >>> from fairkit.speech import score_texts
    >>> found = score_texts(["a b", "c"], ["a b", None], by={"accent": ["Zulu", "isiZulu"]})
    >>> for note in speech_notes(found, groupings("accent"), drop_empty=False):
    ...     print(note)
    no column of speakers is named: utterances count as independent, which makes intervals too narrow ...
    1 of 2 utterances have no hypothesis: every word counts as deleted.
    'accent' may hold one group under several labels: 'Zulu' (1 row) and 'isiZulu' (1 row): ...
    """
    notes = [*_of_speakers(utterances), *_of_texts(utterances, drop_empty=drop_empty)]
    for attribute in attributes_of(split):
        notes += _of_labels(utterances, attribute.name)
    return notes


def _of_speakers(utterances: Utterances) -> Iterator[str]:
    if not utterances.has_speakers:
        yield (
            "no column of speakers is named: utterances count as independent, which makes intervals too "
            "narrow (by a factor of 1 to 4 in recordings of conversations)."
        )
        return
    unknown = int((utterances.speakers < 0).sum())
    if unknown:
        yield (
            f"{unknown:,} of {len(utterances):,} utterances have no speaker; each counts as a speaker of its "
            "own."
        )


def _of_texts(utterances: Utterances, *, drop_empty: bool) -> Iterator[str]:
    total = f"{len(utterances):,} utterances"
    lacking = int((~utterances.scored).sum())
    if lacking:
        yield f"{lacking:,} of {total} are left out: they have no reference."
    bare = int(utterances.empty_reference[:, 0].sum())
    if bare:
        done = "left out" if drop_empty else "kept, and all that is recognised there counts as inserted"
        yield (
            f"{bare:,} of {total} have a reference of which normalising leaves nothing; they are {done}. "
            "The rates under both policies stand below."
        )
    for s, system in enumerate(utterances.systems):
        of = f" of '{system}'" if len(utterances.systems) > 1 else ""
        missing = int(utterances.missing_hypothesis[:, s].sum())
        if missing:
            yield f"{missing:,} of {total} have no hypothesis{of}: every word counts as deleted."
        runaway = utterances.runaway[:, s, 0]
        if runaway.any():
            errors = utterances.errors()[:, s, 0]
            share = float(errors[runaway].sum()) / max(float(errors.sum()), 1.0)
            yield (
                f"runaway output{of}: {int(runaway.sum()):,} of {total} carry {share:.0%} of all errors; the "
                "rates without them stand below."
            )


def _of_labels(utterances: Utterances, attribute: str) -> Iterator[str]:
    place = utterances.attributes.index(attribute)
    levels, codes = utterances.levels[place], utterances.codes[:, place]
    unlabelled = int(sum((codes == i).sum() for i, level in enumerate(levels) if level is None))
    if unlabelled:
        yield (
            f"'{attribute}' is missing in {unlabelled:,} of {len(utterances):,} utterances; they are a group "
            "of their own."
        )
    overlaps = overlapping_labels([levels[i] for i in codes.tolist()])
    if overlaps:
        told = "; ".join(str(overlap) for overlap in overlaps[:_SHOWN])
        more = f" and {len(overlaps) - _SHOWN} more" if len(overlaps) > _SHOWN else ""
        yield f"'{attribute}' may hold one group under several labels: {told}{more}."
    known = utterances.speakers >= 0
    if not known.any():
        return
    speakers = [utterances.speaker_ids[i] for i in utterances.speakers[known].tolist()]
    several = speakers_in_several_groups(speakers, [levels[i] for i in codes[known].tolist()])
    total = len(set(speakers))
    if several and len(several) <= _BY_DESIGN * total:
        yield (
            f"{len(several):,} of {total:,} speakers stand under more than one {attribute}: "
            f"{shortlist([one.speaker for one in several[:_SHOWN]])}; check their labels."
        )
