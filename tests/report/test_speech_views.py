"""A report on transcripts in every view: its words, its first lines, its numbers, and nothing that steers."""

from __future__ import annotations

import dataclasses
import re
from html import unescape

import pytest
from rich.cells import cell_len

from fairkit import speech
from fairkit.findings import Verdict
from fairkit.report.blocks import blocks_of
from fairkit.report.html import to_html
from fairkit.report.leads import leads
from fairkit.report.markdown import LONGEST, to_markdown
from fairkit.report.phrases import short_name, units_needed
from fairkit.report.provenance import setting_facts, short_hash
from fairkit.report.sections import parts
from fairkit.report.serialize import from_json, to_json
from fairkit.report.steps import next_steps
from fairkit.report.text import to_text
from fairkit.report.wording import ROWS, SPEAKERS, UTTERANCES, wording_of

BLOCKS = [
    *("recognised", "policies", "gaps", "models", "conditions", "adjusted", "words", "rules", "listed"),
]
BARE_PIPE = re.compile(r"(?<!\\)(?:\\\\)*\|")


@pytest.fixture(scope="module")
def views(spoken):
    """Write every view once."""
    page = unescape(re.sub(r"<[^>]+>", " ", to_html(spoken)))
    return {
        "text": to_text(spoken, width=160),
        "markdown": to_markdown(spoken),
        "page": re.sub(r"\s+", " ", page),
    }


@pytest.fixture(scope="module")
def alone():
    """Return a report without a column of speakers and with one system."""
    rows = {
        "said": ["a b c d", "e f g h"] * 60,
        "heard": ["a b c d", "e f g"] * 40 + ["a b c", "e f g h"] * 20,
        "g": ["X", "Y", "Y"] * 40,
    }
    return speech.evaluate(rows, reference="said", hypothesis="heard", by="g", replicates=200)


def test_blocks_stand_in_reading_order(spoken):
    """Everything that was asked has its block, what was recognised first."""
    assert [block.name for block in blocks_of(spoken)] == BLOCKS


def test_other_reports_have_no_blocks_of_speech(report):
    """A report on decisions says nothing of transcripts."""
    assert not {block.name for block in blocks_of(report)} & set(BLOCKS) - {"models"}
    assert leads(report) == ()
    assert wording_of(report) is ROWS


def test_empty_lists_make_no_block(spoken):
    """A block whose records are taken away is gone from every view."""
    fields = {
        "gaps": ("gap_nulls",), "conditions": ("interactions",), "adjusted": ("rate_ratios", "matches"),
        "words": ("confusions",), "rules": ("rule_effects",), "listed": ("listed",),
        "recognised": ("speech",), "models": ("models",),
    }  # fmt: skip
    for name, taken in fields.items():
        less = dataclasses.replace(spoken, **dict.fromkeys(taken, ()))
        assert name not in {block.name for block in blocks_of(less)}


def test_every_view_speaks_of_utterances_and_speakers(views):
    """Groups are made of utterances and speakers, and compared with all other utterances."""
    for view in views.values():
        assert "transcripts" in view[:400]
        assert "all other utterances" in view
        assert "all other rows" not in view
        assert "Systems compared" in view
        assert "Models compared" not in view
    assert "Rows" not in views["page"]
    assert "Clusters" not in views["page"]


def test_the_first_lines_have_groups_rates_verdict_and_speakers(spoken, views):
    """Each lead names every group with its rate, the verdict, and how many speakers would decide."""
    found = leads(spoken)
    assert [lead.title for lead in found][:2] == [
        "Word error rate by accent, old",
        "Word error rate by accent, new",
    ]
    for lead, section in zip(found, (s for p in parts(spoken) for s in p.sections), strict=True):
        assert lead.verdict is section.headline.verdict
        worst = max((r for r in section.rows if r.estimate.value is not None), key=lambda r: r.estimate.value)
        assert lead.rates.startswith(short_name(worst.estimate.group, section.attribute))
        assert f"{100 * worst.estimate.value:.2f}%" in lead.rates
        open_ = [r.finding for r in section.rows if r.verdict is Verdict.INCONCLUSIVE]
        needed = [n for f in open_ if (n := units_needed(f, SPEAKERS)) is not None]
        assert not needed or any(f"about {n:,} speakers of" in lead.decided for n in needed)
        for view in ("text", "page"):
            place = views[view].find(lead.rates[:30])
            assert 0 < place < views[view].index("What was found", 200 if view == "page" else 0)
    assert "lonely" in found[0].rates
    assert "(1 speaker: no group estimate)" in found[0].rates


def test_one_speaker_is_no_group_estimate(views):
    """The rate of one person has no interval, and every view says why."""
    for view in views.values():
        assert "not a group estimate: fewer than 3 speakers" in view


def test_speakers_are_what_is_needed(spoken, views):
    """What would decide a group is told in speakers, in tables and in the steps, never in rows."""
    needed = {f.group: f.clusters_needed for f in spoken.findings if f.clusters_needed is not None}
    assert needed
    assert "Speakers needed" in views["page"]
    assert "speakers needed" in views["markdown"]
    for number in needed.values():
        assert re.search(rf"needs {number:,} speakers", views["text"])
    step = next(step for step in next_steps(spoken) if step.startswith("Record more speakers"))
    have = {size.group: size.clusters for size in spoken.groups}
    for group, told, has in re.findall(r"(accent=[^;]+?) needs about ([\d,]+) \(has ([\d,]+)\)", step):
        assert int(told.replace(",", "")) in [f.clusters_needed for f in spoken.findings if f.group == group]
        assert int(has.replace(",", "")) == have[group]


def test_speakers_of_every_group_are_shown(spoken, views):
    """The lists of groups count speakers."""
    for size in spoken.groups:
        counted = "1 speaker" if size.clusters == 1 else f"{size.clusters} speakers"
        name = short_name(size.group, size.attribute)
        assert f"{name} {size.rows:,} ({counted}" in re.sub(r"\s+", " ", views["text"])


def test_without_speakers_utterances_are_needed(alone):
    """Where nobody knows who spoke, utterances are what there is too little of."""
    assert wording_of(alone) is UTTERANCES
    text = re.sub(r"\s+", " ", to_text(alone, width=160))
    assert "speakers needed" not in to_markdown(alone)
    assert "of their speakers in brackets" not in text
    assert "utterances needed" in to_markdown(alone)
    assert "mean of speakers" not in text
    assert "[heard]" not in text


def test_every_view_shows_the_same_numbers(spoken, views):
    """The first rows of every table of every block stand in every view, cell by cell."""
    for block in blocks_of(spoken):
        for table in block.written:
            for row in table.first(5)[:5]:
                for view in ("text", "page"):
                    cells = [cell for cell in row if cell]
                    assert all(cell.split()[0] in views[view] for cell in cells), (block.name, view, row)
        for point in block.points:
            told = re.sub(r"\s+", " ", views["text"])
            assert point[:60] in told
            assert point[:60] in views["page"]


def test_the_markdown_has_every_block(spoken, views):
    """Every block is folded under its title, within the length that a comment may have."""
    assert len(views["markdown"]) <= LONGEST
    for block in blocks_of(spoken):
        assert f"<summary>{block.title.replace('?', '?')}" in unescape(views["markdown"])


def test_a_saved_report_shows_the_same(spoken, views):
    """What was saved and read back is shown word by word as it was."""
    read = from_json(to_json(spoken))
    assert to_text(read, width=160) == views["text"]
    assert to_markdown(read) == views["markdown"]
    assert to_html(read) == to_html(spoken)


def test_settings_tell_how_transcripts_were_read(spoken, views):
    """Columns, systems, normalisers with version and short hash, the policy and the covariates are told."""
    facts = dict(setting_facts(spoken))
    assert facts["Transcripts"] == "said"
    assert facts["Systems"] == "old: v1; new: v2"
    assert facts["Speaker"] == "who"
    assert facts["Utterances named by"] == "id"
    assert facts["Adjusted for"] == facts["Matched on"] == "snr, length"
    assert facts["Empty references"].startswith("kept")
    assert re.fullmatch(r"english \S+ \(sha256 [0-9a-f]{12}\)", facts["Normalizer"])
    assert facts["Other normalizers"].startswith("basic ")
    assert "Models" not in facts
    assert "Cluster" not in facts
    assert facts["Normalizer"] in views["page"]
    assert short_hash("english 1") == "english 1"


def test_bounds_beyond_reason_are_not_written_out(spoken):
    """An interval of few speakers may end anywhere: tables say that it is beyond 1000%, charts cut it."""
    first = spoken.estimates[0]
    wide = dataclasses.replace(first, low=0.001, high=161.342)
    findings = tuple(
        dataclasses.replace(f, low=-0.2, high=468.0)
        if (f.metric, f.group) == (first.metric, first.group)
        else f
        for f in spoken.findings
    )
    shown = dataclasses.replace(spoken, estimates=(wide, *spoken.estimates[1:]), findings=findings)
    for view in (to_text(shown, width=160), unescape(to_markdown(shown)), unescape(to_html(shown))):
        assert ">1000" in view
        assert "16134" not in view
        assert "46800" not in view


@pytest.mark.parametrize("width", [60, 80, 100, 160])
@pytest.mark.parametrize("name", ["spoken", "hostile_speech"])
def test_lines_fit_the_width(name, width, request):
    """No line is wider than asked for, whatever is said and by whom."""
    text = to_text(request.getfixturevalue(name), width=width)
    assert max(map(cell_len, text.splitlines())) <= width
    assert not re.search(r"\bnan\b|\binf\b|None\b", text)


def test_nothing_that_was_said_steers_a_view(hostile_speech):
    """Words, systems, groups and ids become no markup, no link and no command to a terminal."""
    text, markdown, page = (write(hostile_speech) for write in (to_text, to_markdown, to_html))
    for view in (text, markdown, page):
        assert not set(view) & set("\x00\x07\x1b\u202e")
    assert "<script" not in page.lower()
    assert "<img" not in page
    assert not re.search(r">\s*(nan|inf|None)\b", page)
    tags = set(re.findall(r"<[^>]*>", markdown))
    names = ("details", "summary", "sub", "code")
    assert tags <= {f"<{slash}{tag}>" for tag in names for slash in ("", "/")} | {"<!-- -->"}
    assert "@someone" not in markdown
    columns = None
    for line in markdown.splitlines():
        cells = len(BARE_PIPE.findall(line)) if line.startswith("|") else None
        assert columns is None or cells is None or cells == columns
        columns = cells


def test_the_same_in_characters():
    """Where characters were compared, tables and first lines speak of them."""
    rows = {"said": ["東京", "大阪市"] * 20, "heard": ["東", "大阪市"] * 20, "g": ["X", "Y", "Y", "X"] * 10}
    found = speech.evaluate(rows, reference="said", hypothesis="heard", by="g", unit="characters")
    text = to_text(found)
    assert "Character error rate by g" in text
    assert "per 100 characters said" in re.sub(r"\s+", " ", text)
    assert "units characters" in text
