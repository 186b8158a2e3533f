"""Confusions by group: what is counted, how it is ranked, and that chance alone is not listed as sure."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein
from scipy import stats
from transcripts import AS_GIVEN, utterances_of

from fairkit.errors import UsageError
from fairkit.speech import confusion_counts, normalizer, score
from fairkit.speech.align import word_pairs
from fairkit.speech.confusion_counts import count_confusions
from fairkit.speech.confusions import compare_confusions, confusions


def asked(utterances, by="accent", **options):
    """Compare confusions as the tests do, with the normaliser of the fixture."""
    return compare_confusions(utterances, by, normalizer=AS_GIVEN, **options)


def planted(*, seed=0, words=400, speakers=24, per_speaker=40, length=10, confused=0.1, special=None):
    """Make transcripts in which speakers differ and groups do not, unless `special` changes a text.

    Half of the speakers are of accent A and half of accent B; each has a rate of confusion of its own.
    """
    rng = np.random.default_rng(seed)
    chance = 1 / np.arange(1, words + 1)
    said = rng.choice(words, (speakers * per_speaker, length), p=chance / chance.sum())
    who = np.repeat(np.arange(speakers), per_speaker)
    rate = confused * np.exp(rng.normal(0, 0.5, speakers))
    wrong = rng.random(said.shape) < rate[who][:, None]
    heard = np.where(wrong, (said + rng.integers(1, 4, said.shape)) % words, said)
    references = [" ".join(f"w{w}" for w in row) for row in said]
    hypotheses = [" ".join(f"w{w}" for w in row) for row in heard]
    accents = ["A" if w % 2 == 0 else "B" for w in who]
    if special is not None:
        references, hypotheses = special(references, hypotheses, who, rng)
    return utterances_of(references, hypotheses, by={"accent": accents}, speakers=[f"s{w}" for w in who])


def by_hand(utterances, found, prior=1.0):
    """Compute log-odds, z and p as the formula is written, one speaker at a time."""
    y, n = Counter(), Counter()
    for k in range(len(utterances)):
        own = (utterances.levels[0][utterances.codes[k, 0]], int(utterances.speakers[k]))
        said, heard = utterances.references[k].split(), utterances.hypotheses[k, 0].split()
        n[own] += sum(found.said is None or word == found.said for word in said)
        for tag, i, j in Levenshtein.editops(said, heard).as_list():
            pair = (None if tag == "insert" else said[i], None if tag == "delete" else heard[j])
            y[own] += pair == (found.said, found.heard)
    cells = [(level, who, n[level, who], y[level, who]) for level, who in n if n[level, who]]
    group = found.group.partition("=")[2]
    missed = found.said is not None
    pooled = sum(c[3] for c in cells) / (1 + sum(c[2] for c in cells))
    b = prior * (1 - missed * pooled) / pooled

    def sums(inside, without=None):
        rows = [c for c in cells if (c[0] == group) == inside and c[1] != without]
        return sum(c[3] for c in rows), sum(c[2] for c in rows)

    def delta(without=None):
        (y1, n1), (y2, n2) = sums(True, without), sums(False, without)
        return math.log((y1 + prior) / (n1 - missed * y1 + b)) - math.log(
            (y2 + prior) / (n2 - missed * y2 + b)
        )

    (y1, n1), (y2, n2) = sums(True), sums(False)
    speakers = {c[1] for c in cells if c[0] == group}
    k1 = len(speakers)
    others = {c[1] for c in cells if c[0] != group}
    k2 = len(others)
    own = sum((delta(who) - delta()) ** 2 for who in speakers) * (k1 - 1) / k1
    rest = 0.0
    for who in others - speakers:
        yk, nk = (sum(c[i] for c in cells if c[1] == who) for i in (3, 2))
        rest += (yk / (y2 + prior) - (nk - missed * yk) / (n2 - missed * y2 + b)) ** 2 * k2 / (k2 - 1)
    own = max(own, 1 / (y1 + prior) + missed / (n1 - missed * y1 + b))
    rest = max(rest, 1 / (y2 + prior) + missed / (n2 - missed * y2 + b))
    degrees = (own + rest) ** 2 / (own**2 / (k1 - 1) + rest**2 / (k2 - 1))
    z = delta() / math.sqrt(own + rest)
    return (y1, y2, n1, n2), delta(), z, stats.t.sf(z, degrees)


def pin_as_pen(references, hypotheses, who, rng):
    """Let everyone say "pin", and let speakers of accent A be heard as "pen" more often."""
    for k, speaker in enumerate(who):
        references[k] += " pin"
        wrong = rng.random() < (0.5 if speaker % 2 == 0 else 0.05)
        hypotheses[k] += " pen" if wrong else " pin"
    return references, hypotheses


def one_speaker(references, hypotheses, who, rng):
    """Let everyone say "pin", and let one speaker always be heard as "pen", two others once."""
    for k, speaker in enumerate(who):
        references[k] += " pin"
        once = speaker in {2, 4} and k % 40 == 0
        hypotheses[k] += " pen" if speaker == 0 or once else " pin"
    return references, hypotheses


def test_a_planted_confusion_ranks_first():
    """What one accent's speakers share is the first confusion listed, and surely not chance."""
    first = asked(planted(special=pin_as_pen)).found[0]
    assert (first.attribute, first.group, first.system) == ("accent", "accent=A", "asr")
    assert (first.said, first.heard, first.speakers) == ("pin", "pen", 12)
    assert first.chances == first.chances_elsewhere == 480
    assert first.p_adjusted < 1e-4


def test_one_speaker_is_no_finding():
    """A speaker who is misheard forty times, with two others once, makes no sure confusion of the accent."""
    found = [c for c in asked(planted(special=one_speaker)).found if (c.said, c.heard) == ("pin", "pen")]
    assert [(c.count, c.elsewhere, c.speakers) for c in found] == [(42, 0, 3)]
    assert found[0].log_odds > 2
    assert found[0].z < 2
    assert found[0].p_adjusted > 0.5


def test_saying_a_word_more_often_is_no_confusion():
    """A group that says a word five times as often, misheard at the same rate, is not listed for it."""

    def fishers(references, hypotheses, who, rng):
        for k, speaker in enumerate(who):
            times = 5 if speaker % 2 == 0 else 1
            references[k] += " fish" * times
            hypotheses[k] += "".join(" dish" if rng.random() < 0.2 else " fish" for _ in range(times))
        return references, hypotheses

    found = asked(planted(special=fishers), top=10_000).found
    fish = [c for c in found if (c.said, c.heard) == ("fish", "dish")]
    assert all(abs(c.log_odds) < 0.4 and c.p_adjusted > 0.5 for c in fish)
    assert max(c.count for c in fish or found) > 0


@pytest.mark.parametrize("special", [None, pin_as_pen, one_speaker])
def test_numbers_are_those_of_the_formula(special):
    """Counts, log-odds, z and p equal a computation by hand, one speaker left out at a time."""
    utterances = planted(seed=3, words=20, speakers=10, per_speaker=40, confused=0.2, special=special)
    compared = asked(utterances, top=1_000)
    m = compared.compared
    assert len(compared.found) > 20
    p = []
    for c in compared.found:
        counts, log_odds, z, own = by_hand(utterances, c)
        assert (c.count, c.elsewhere, c.chances, c.chances_elsewhere) == counts
        assert (c.log_odds, c.z) == (pytest.approx(log_odds), pytest.approx(z))
        p.append(own)
    assert p == sorted(p)
    # Benjamini and Hochberg over all comparisons; those below are not listed because they are no worse.
    adjusted = [min(1.0, *(x * m / (j + 1) for j, x in list(enumerate(p))[k:])) for k in range(len(p))]
    assert [c.p_adjusted for c in compared.found] == pytest.approx(adjusted)


def test_a_speaker_in_several_groups_is_left_out_of_all():
    """Where the same speakers are in every group (a condition), they are left out on both sides."""
    utterances = planted(seed=5, words=20, speakers=10, per_speaker=40, confused=0.2, special=pin_as_pen)
    rng = np.random.default_rng(1)
    crossed = replace(utterances, codes=rng.integers(0, 2, (len(utterances), 1)))
    found = asked(crossed, top=1_000).found
    assert len(found) > 20
    for c in found:
        counts, log_odds, z, _ = by_hand(crossed, c)
        assert (c.count, c.elsewhere, c.chances, c.chances_elsewhere) == counts
        assert (c.log_odds, c.z) == (pytest.approx(log_odds), pytest.approx(z))


def counted_pairs(utterances, rules=AS_GIVEN):
    """Count every confusion of the first system, whatever the group."""
    counts = count_confusions(
        utterances,
        np.zeros(len(utterances), np.int64),
        system=0,
        normalizer=rules,
        used=utterances.scored & ~utterances.missing_hypothesis[:, 0],
    )
    found = Counter()
    for pair, times in zip(counts.confused.item, counts.confused.times, strict=True):
        found[counts.words[counts.said[pair]], counts.words[counts.heard[pair]]] += int(times)
    assert (
        counts.chances.times[counts.chances.item == 0].sum()
        == utterances.said()[utterances.scored & ~utterances.missing_hypothesis[:, 0], 0, 0].sum()
    )
    return found


def test_pairs_are_those_of_the_alignment():
    """Each confusion counts as often as the alignment of the scores has it."""
    utterances = planted(seed=9, special=pin_as_pen, per_speaker=10)
    pairs = Counter(
        pair
        for said, heard in zip(utterances.references, utterances.hypotheses[:, 0], strict=True)
        for pair in word_pairs(said, heard)
        if pair[0] != pair[1]
    )
    assert counted_pairs(utterances) == pairs


@pytest.mark.realdata
def test_confusions_add_up_to_the_errors_of_real_transcripts(real_data):
    """On EdAcc, confusions add up to the substitutions, deletions and insertions that were scored."""
    utterances = score(
        str(real_data / "edacc_audit" / "whisper-large-v3-turbo.jsonl"),
        reference="ref_raw",
        hypothesis="hyp_raw",
        by="accent",
        speaker="speaker",
        normalizer="basic",
        keep_texts=True,
    )
    basic = normalizer("basic")
    found = counted_pairs(utterances, basic)
    kinds = Counter()
    for (said, heard), times in found.items():
        kinds["insertion" if said is None else "deletion" if heard is None else "substitution"] += times
    edits = utterances.edits[utterances.scored & ~utterances.missing_hypothesis[:, 0], 0, 0].sum(axis=0)
    assert [kinds[kind] for kind in ("substitution", "deletion", "insertion")] == edits[1:].tolist()
    compared = compare_confusions(utterances, "accent", normalizer=basic)
    assert compared.compared > len(compared.found) > 50
    apart = compared.runaways + compared.without_hypothesis + compared.empty_references
    assert compared.utterances + apart == utterances.scored.sum()


def test_insertions_and_deletions_are_confusions_with_nothing():
    """A word added or left out is listed with None, against all words said or the word itself."""

    def fillers(references, hypotheses, who, rng):
        for k, speaker in enumerate(who):
            wrong = speaker % 2 == 0 and k % 3
            references[k] = f"well like {references[k]} so"
            hypotheses[k] = f"well {hypotheses[k]} so know" if wrong else f"well like {hypotheses[k]} so"
        return references, hypotheses

    utterances = planted(special=fillers, speakers=20)
    found = {(c.said, c.heard): c for c in asked(utterances).found if c.p_adjusted <= 0.05}
    assert {("like", None), (None, "know")} <= set(found)
    assert found["like", None].chances == 20 // 2 * 40
    words = sum(
        len(r.split()) for r, g in zip(utterances.references, utterances.codes[:, 0], strict=True) if g == 0
    )
    assert found[None, "know"].chances == words
    for pair in (("like", None), (None, "know")):
        _, log_odds, z, _ = by_hand(utterances, found[pair])
        assert (found[pair].log_odds, found[pair].z) == (pytest.approx(log_odds), pytest.approx(z))


def test_runaways_and_silence_are_no_confusions():
    """Runaway output, missing or empty hypotheses and empty references are left out, and counted."""
    utterances = planted(special=pin_as_pen)
    plain = asked(utterances)
    references = [*utterances.references, "hello", "never heard", "nor this", None, "", ""]
    hypotheses = [*utterances.hypotheses[:, 0], "bye " * 30, None, "", "pen", "pen", None]
    speakers = [utterances.speaker_ids[k] for k in utterances.speakers] + ["s0"] * 6
    accents = [("A", "B")[k] for k in utterances.codes[:, 0]] + ["A"] * 6
    more = asked(utterances_of(references, hypotheses, by={"accent": accents}, speakers=speakers))
    assert more.found == plain.found
    assert (plain.runaways, plain.without_hypothesis) == (0, 0)
    assert (more.runaways, more.without_hypothesis, more.empty_references) == (1, 3, 1)
    assert more.utterances == plain.utterances


def test_without_speakers_an_utterance_is_a_speaker():
    """Where no speakers are known, every utterance counts as one."""
    utterances = planted(special=pin_as_pen)
    nobody = replace(utterances, speakers=np.full(len(utterances), -1), speaker_ids=())
    first = asked(nobody).found[0]
    assert (first.said, first.heard) == ("pin", "pen")
    assert first.speakers == first.count


def test_unknown_speakers_are_one_speaker():
    """Utterances of which the speaker is missing can make no finding by themselves."""
    utterances = planted(special=pin_as_pen)
    own = utterances.codes[:, 0] == 0
    speakers = np.where(own & (utterances.speakers > 3), -1, utterances.speakers)
    found = asked(replace(utterances, speakers=speakers)).found
    assert [c.speakers for c in found if (c.said, c.heard) == ("pin", "pen")] == [3]


def test_missing_labels_are_a_group_of_their_own():
    """Utterances without an accent are compared, too, and named as missing."""
    utterances = planted(special=pin_as_pen)
    unlabelled = replace(utterances, levels=((None, "B"),))
    assert asked(unlabelled).found[0].group == "accent=(missing)"


def test_groups_may_be_crossed():
    """Several attributes are crossed as everywhere else."""
    utterances = planted(special=pin_as_pen)
    noise = np.arange(len(utterances)) % 2
    crossed = replace(
        utterances,
        attributes=("accent", "noise"),
        levels=(*utterances.levels, ("no", "yes")),
        codes=np.column_stack([utterances.codes, noise]),
    )
    pin = [c for c in asked(crossed, "accent,noise").found if (c.said, c.heard) == ("pin", "pen")]
    assert {c.group for c in pin if c.p_adjusted <= 0.05} == {"accent=A & noise=no", "accent=A & noise=yes"}
    assert pin[0].attribute == "accent & noise"


def test_characters_are_compared_in_the_same_way():
    """In the unit of characters a character is said and heard."""
    references = ["是的 四"] * 240
    who = [k % 12 for k in range(240)]
    hypotheses = ["是的 十" if w % 2 == 0 and k % 3 else "是的 四" for k, w in enumerate(who)]
    utterances = utterances_of(
        references,
        hypotheses,
        by={"accent": ["A" if w % 2 == 0 else "B" for w in who]},
        speakers=[f"s{w}" for w in who],
        unit="characters",
    )
    first = asked(utterances).found[0]
    assert (first.group, first.said, first.heard) == ("accent=A", "四", "十")
    assert first.chances == 120


def test_one_group_has_nobody_to_be_compared_with():
    """Without a second group nothing is compared, and that is said."""
    utterances = replace(planted(special=pin_as_pen), levels=(("A",),))
    one = replace(utterances, codes=np.zeros((len(utterances), 1), np.int64))
    assert (asked(one).found, asked(one).compared) == ((), 0)


def test_no_utterance_is_no_confusion():
    """An empty corpus, and one without an error, give an empty list."""
    nothing = utterances_of([], [], by={"accent": []}, speakers=[])
    assert (asked(nothing).found, asked(nothing).compared) == ((), 0)
    perfect = utterances_of(
        ["a b"] * 9, ["a b"] * 9, by={"accent": list("AABBAABBA")}, speakers=list("abcdefghi")
    )
    assert (asked(perfect).found, asked(perfect).compared) == ((), 0)


@pytest.mark.parametrize("block", [1, 7, 10_000])
def test_blocks_change_nothing(block, monkeypatch):
    """However many utterances are held at a time, and however often counts are merged, all is the same."""
    utterances = planted(seed=2, words=50, speakers=8, per_speaker=10, special=pin_as_pen)
    whole = asked(utterances)
    monkeypatch.setattr(confusion_counts, "BLOCK", block)
    monkeypatch.setattr(confusion_counts, "_HELD", 50)
    assert asked(utterances) == whole


@settings(max_examples=15)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(random):
    """Shuffled utterances give the same list."""
    utterances = planted(seed=4, words=40, speakers=8, per_speaker=10, special=pin_as_pen)
    order = list(range(len(utterances)))
    random.shuffle(order)
    moved = replace(
        utterances,
        **{
            name: getattr(utterances, name)[order]
            for name in (
                "ids", "speakers", "codes", "edits", "scored", "missing_hypothesis", "empty_hypothesis",
                "empty_reference", "runaway", "references", "hypotheses",
            )
        },
    )  # fmt: skip
    one, two = (
        {
            (c.group, c.said, c.heard): (c.count, c.elsewhere, c.chances, round(c.z, 9))
            for c in asked(u, top=999).found
        }
        for u in (utterances, moved)
    )
    assert one == two


def test_at_most_so_many_are_listed_of_each_group():
    """`top` bounds the list of each group, and the short list begins the long one."""
    utterances = planted(special=pin_as_pen)
    short, long = asked(utterances, top=3).found, asked(utterances, top=999).found
    assert Counter(c.group for c in short) == {"accent=A": 3, "accent=B": 3}
    assert [c for c in long if c.group == "accent=A"][:3] == [c for c in short if c.group == "accent=A"]
    assert confusions(utterances, "accent", normalizer=AS_GIVEN, top=3) == short


def test_every_mistake_of_a_call_is_told():
    """All that is wrong with a call is said at once."""
    utterances = replace(planted(), references=None)
    with pytest.raises(UsageError) as told:
        asked(utterances, "acent", system="asr2", least=0, least_speakers=0, top=0, prior=-1.0)
    text = str(told.value)
    for part in (
        "acent",
        "Did you mean 'accent'",
        "asr2",
        "least",
        "least_speakers",
        "top",
        "prior",
        "keep_texts",
    ):
        assert part in text
    other = type("Other", (type(AS_GIVEN),), {"stamp": AS_GIVEN.stamp._replace(version="2")})()
    with pytest.raises(UsageError, match="as-given 1, not with as-given 2"):
        compare_confusions(planted(), "accent", normalizer=other)
    with pytest.raises(UsageError, match="system 7"):
        asked(planted(), system=7)


@pytest.mark.slow
@pytest.mark.parametrize("speakers", [12, 80])
def test_chance_is_seldom_listed_as_sure(speakers):
    """Where groups do not differ and speakers do, few corpora have a confusion with p_adjusted <= .05.

    Without a true difference every such confusion is false, so Benjamini and Hochberg promise that at most
    5 % of corpora have one.
    """
    false = sum(
        any(
            c.p_adjusted <= 0.05
            for c in asked(
                planted(seed=seed, speakers=speakers, per_speaker=960 // speakers, words=100)
            ).found
        )
        for seed in range(40)
    )
    assert false <= 5
