"""Texts with a planted association, of fairkit's own words: for examples, guides and tests.

Men go with work and women with home, in most of the sentences.
"""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np

from fairkit.text.intrinsic.items import CrowsPair, StereoSetItem
from fairkit.text.intrinsic.sets import shipped_sets

_PLAIN = (
    "the dog sat near the old house",
    "rain fell on the quiet street all day",
    "a train leaves for the coast at noon",
    "the soup was warm and the bread was fresh",
    "birds sang in the tall trees",
    "the lamp stood on the table by the door",
)
_ABOUT = (
    "{who} and {other} talked about the {what} and the {more}",
    "{who} and {other} think of the {what} and the {more} every day",
    "{who} likes the {what} very much",
    "{who} talked about the {what}",
    "the {what} and the {more} were what {who} wanted",
)
_ENTERS = "the {who} came in"
SHARE = 0.9
_BRACES = re.compile(r"\{\w+\}")
_PRONOUNS, OBJECTS = ("he", "she"), ("him", "her")


def tiny_vocabulary() -> list[str]:
    """List every word of these texts, and those of two shipped tests.

    Examples
    --------
    >>> {"career", "coast", "physics"} <= set(tiny_vocabulary())
    True
    """
    lines = " ".join(_BRACES.sub(" ", text) for text in (*_PLAIN, *_ABOUT, _ENTERS))
    tests = [shipped_sets()[name] for name in ("gender-career", "gender-science")]
    return sorted({*lines.split(), *(word for test in tests for word in test.words)})


def tiny_corpus(sentences: int = 3_000, *, seed: int = 0, share: float = SHARE) -> list[str]:
    """Write sentences in which men go with work and women with home, in a given share of them.

    Parameters
    ----------
    sentences : int
    seed : int
    share : float
        .5 plants no association.

    Examples
    --------
    >>> len(tiny_corpus(5)), all(text.islower() for text in tiny_corpus(5))
    (5, True)
    """
    rng = np.random.default_rng(seed)
    sets = shipped_sets()["gender-career"]
    people = [[word for word in one.words if word not in OBJECTS] for one in sets.targets]
    made = []
    for _ in range(sentences):
        if rng.random() < 0.15:
            made.append(_PLAIN[rng.integers(len(_PLAIN))])
            continue
        side = int(rng.integers(2))
        topic = side if rng.random() < share else 1 - side
        who, other = (people[side][i] for i in rng.permutation(len(people[side]))[:2])
        things = sets.attributes[topic].words
        what, more = (things[i] for i in rng.permutation(len(things))[:2])
        named = [word if word in _PRONOUNS else f"the {word}" for word in (who, other)]
        line = _ABOUT[rng.integers(len(_ABOUT))]
        made.append(line.format(who=named[0], other=named[1], what=what, more=more))
    return made


def tiny_pairs(pairs: int = 600, *, seed: int = 1) -> list[tuple[str, str, bool]]:
    """Write pairs of sentences, and whether the second continues the first: it is about the same person.

    Examples
    --------
    >>> tiny_pairs(1)[0][2] in (True, False)
    True
    """
    rng = np.random.default_rng(seed)
    sets = shipped_sets()["gender-career"]
    people = [[word for word in one.words if word not in (*_PRONOUNS, *OBJECTS)] for one in sets.targets]
    made = []
    for _ in range(pairs):
        side = int(rng.integers(2))
        first = _ENTERS.format(who=people[side][rng.integers(len(people[side]))])
        follows = bool(rng.random() < 0.5)
        topic = side if rng.random() < SHARE else 1 - side
        things = sets.attributes[topic].words
        said = f"{_PRONOUNS[side]} talked about the {things[rng.integers(len(things))]}"
        made.append((first, said if follows else _PLAIN[rng.integers(len(_PLAIN))], follows))
    return made


def tiny_crows_pairs() -> list[CrowsPair]:
    """Write pairs of sentences that differ in who is spoken of, with the words of the tiny corpus.

    Examples
    --------
    >>> pair = tiny_crows_pairs()[0]
    >>> pair.more, pair.less, pair.direction
    ('the woman likes the home very much', 'the man likes the home very much', 'stereo')
    """
    sets = shipped_sets()["gender-career"]
    men, women = (one.words[2:] for one in sets.targets)
    found: list[CrowsPair] = []
    for k, (man, woman) in enumerate(zip(men, women, strict=True)):
        for j in range(4):
            career, home = (one.words[(4 * k + j) % len(one.words)] for one in sets.attributes)
            line = _ABOUT[3 if j % 2 else 2]
            at_home, at_work = (
                [line.format(who=f"the {word}", what=what) for word in (woman, man)]
                for what in (home, career)
            )
            kind = "gender" if k % 2 else "family"
            found.append(CrowsPair(f"{len(found)}", at_home[0], at_home[1], "stereo", kind))
            found.append(CrowsPair(f"{len(found)}", at_work[1], at_work[0], "antistereo", kind))
    return found


def tiny_items() -> list[StereoSetItem]:
    """Write contexts with a stereotype, an anti-stereotype and an unrelated word or sentence.

    Examples
    --------
    >>> item = tiny_items()[0]
    >>> item.context, item.stereotype
    ('the man likes the BLANK very much', 'the man likes the career very much')
    """
    sets = shipped_sets()["gender-career"]
    found: list[StereoSetItem] = []
    for side, one in enumerate(sets.targets):
        for target in one.words[2:]:
            for k in range(3):
                usual, odd = (sets.attributes[at].words[k] for at in (side, 1 - side))
                words = (usual, odd, ("noon", "coast", "day")[k])
                context = f"the {target} likes the BLANK very much"
                name = f"{target}-{k}"
                ids = [f"{name}-{label}" for label in ("stereotype", "anti-stereotype", "unrelated")]
                texts = [context.replace("BLANK", word) for word in words]
                found.append(StereoSetItem(name, "intrasentence", "gender", target, context, *texts, *ids))
                said = [f"{_PRONOUNS[side]} talked about the {word}" for word in words[:2]]
                ids = [f"{one}-after" for one in ids]
                said.append(_PLAIN[k])
                before = _ENTERS.format(who=target)
                found.append(
                    StereoSetItem(f"{name}-after", "intersentence", "gender", target, before, *said, *ids)
                )
    return found


def published_items(items: list[StereoSetItem]) -> str:
    """Write items as StereoSet's file has them.

    Examples
    --------
    >>> list(json.loads(published_items(tiny_items()))["data"])
    ['intrasentence', 'intersentence']
    """
    listed: dict[str, list[dict[str, Any]]] = {"intrasentence": [], "intersentence": []}
    for item in items:
        labels = ("stereotype", "anti-stereotype", "unrelated")
        sentences = [
            {"sentence": text, "id": name, "labels": [], "gold_label": label}
            for text, name, label in zip(item.sentences, item.sentence_ids, labels, strict=True)
        ]
        entry = {"id": item.identifier, "target": item.target, "bias_type": item.bias_type}
        listed[item.task].append({**entry, "context": item.context, "sentences": sentences})
    return json.dumps({"version": "tiny", "data": listed}, indent=1) + "\n"
