"""The leaderboard: ranks, numbers, and texts that do nothing but be read."""

import json
import re
from fractions import Fraction
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from bounty.claims.claim import Claim, ClaimKind, Constant, OnnxModel
from bounty.scoring.board import SCHEMA, BoardClaim, State, board, points_text
from bounty.scoring.overlaps import Overlap
from bounty.scoring.points import Points, Why, totals
from bounty.scoring.size_bands import band
from fairkit.errors import BountyError

HEAD, NOW = "ab" * 32, "2025-03-01T00:00:00Z"
HOSTILE = [
    "<script>alert(1)</script>",
    "\x1b[31mred\x1b[0m\x07",
    "a|b\n# heading\n---",
    "[red]bold[/red] :smile: [link=x]y[/link]",
    "![x](http://evil.example/x.png) @everyone #12 `code` **b**",
    "\u202eesrever \u200b\ud800\U000e0041",
    "{{ 7*7 }} {% raw %}",
    '" onmouseover="x" style="width:99%',
    "x" * 5000,
    "",
]


def time(day):
    """A time as the ledger writes it."""
    return f"2025-01-{1 + day:02}T00:00:00Z"


def claim_of(sequence, *, kind=ClaimKind.DISPARITY, loss="error", about=None, group=None):
    """A claim of its own."""
    model = Constant("yes") if kind is ClaimKind.REPAIR else None
    return Claim(kind, loss, group or f"age < {sequence}", model=model, about=about or {})


def listed(sequence, team="owls", state="confirmed", *, earned=None, why=None, day=None, **said):
    """One submission on the board."""
    more = {name: said.pop(name) for name in ("committed", "size", "overlap") if name in said}
    claim = claim_of(sequence, **said)
    points = (
        None
        if earned is None
        else Points(claim.hash, team, sequence, claim.kind, claim.loss, Fraction(earned), None, None, why)
    )
    return BoardClaim(
        claim, team, sequence, time(sequence if day is None else day), State(state), points=points, **more
    )


def made(*claims, **said):
    """A board of some claims."""
    return board(claims, **{"bounty": "Lending", "as_of": NOW, "head": HEAD} | said)


@pytest.fixture
def full():
    """A board with claims in every state."""
    rubric = {
        "title": "Young renters",
        "harmed": "People under 25 who rent.",
        "harm": "They are refused loans.\nOften.",
        "evidence": "Error rate of 31%.",
    }
    overlap = Overlap("cd" * 32, 3, 40, 50, 60, same_text=False)
    return made(
        listed(3, earned="41/3", about=rubric, size=band(730)),
        listed(4, "newts", "confirmed", earned=0, why=Why.COVERED, overlap=overlap),
        listed(5, "newts", "confirmed", earned=30, kind=ClaimKind.REPAIR),
        listed(6, "owls", "rejected"),
        listed(7, "owls", "duplicate", overlap=overlap),
        listed(8, "bats", "accepted"),
        listed(9, "bats", "unconfirmed"),
        listed(10, "bats", "received", group=OnnxModel("12" * 32, b"")),
        listed(11, "bats", "withdrawn"),
    )


def test_teams_are_ranked_by_points(full):
    """More points come first, and every count is that of the team's claims."""
    assert [(row.rank, row.team, row.points) for row in full.teams] == [
        (1, "newts", 30),
        (2, "owls", Fraction(41, 3)),
        (3, "bats", 0),
    ]
    newts, owls, bats = full.teams
    assert (newts.found, newts.mended, newts.confirmed, newts.submissions) == (0, 30, 2, 2)
    assert (owls.confirmed, owls.rejected, owls.duplicates, owls.submissions) == (1, 1, 1, 3)
    assert (bats.accepted, bats.confirmed, bats.submissions) == (2, 0, 4)
    assert {row.team: row.points for row in full.teams if row.points} == totals(
        each.points for each in full.claims if each.points is not None and each.points.points
    )


def test_equal_points_are_ranked_by_who_was_first():
    """A confirmed claim comes before none, then the time of commitment decides, then the ledger."""
    claims = [
        listed(1, "none", "rejected", day=0),
        listed(2, "late", earned=5, day=5),
        listed(3, "promised", earned=5, day=6, committed=time(1)),
        listed(4, "same-time", earned=5, day=5),
        listed(5, "nothing-new", earned=0, day=9),
    ]
    order = ["promised", "late", "same-time", "nothing-new", "none"]
    for given_order in (claims, claims[::-1]):
        assert [row.team for row in made(*given_order).teams] == order
    assert made(*claims).teams[0].first == time(1)


def test_losses_do_not_add_up_unseen():
    """The points of each loss stand beside their sum."""
    (row,) = made(
        listed(1, earned=2), listed(2, earned="1/2", loss="log"), listed(3, "owls", "rejected")
    ).teams
    assert row.points == Fraction(5, 2)
    assert row.by_loss == {"error": 2, "log": Fraction(1, 2)}
    assert row.to_dict()["by_loss"]["log"] == {"text": "0.50", "exact": "1/2"}


@given(st.fractions())
def test_points_are_rounded_exactly(points):
    """The text is the nearest hundredth, and what is not 0 does not read as 0."""
    text = points_text(points)
    number = text.replace(",", "")
    if re.fullmatch(r"-?\d+\.\d\d", number):
        assert abs(Fraction(number) - points) <= Fraction(1, 200)
        assert Fraction(number) or not points
    else:
        assert text == ("<0.01" if points > 0 else ">-0.01")
        assert 0 < abs(points) <= Fraction(1, 200)


def test_the_dictionary_has_exact_points_and_no_exact_sizes(full):
    """JSON carries points as fractions, shares rounded, and sizes in bands only."""
    content = json.loads(json.dumps(full.to_dict()))
    assert content["schema"] == SCHEMA
    assert content["head"] == HEAD
    first, second = content["claims"][:2]
    assert first["points"] == {"text": "13.67", "exact": "41/3"}
    assert first["rows"] == "400 to 799"
    assert first["about"]["harmed"] == "People under 25 who rent."
    assert (second["overlap"]["jaccard"], second["why"]) == (0.5714, "covered")
    assert "730" not in json.dumps(content)


def test_text_says_what_the_board_knows(full):
    """Ranks, reasons, bands and overlaps are read in the text, and every line keeps to the width."""
    for width in (60, 80, 100, 160):
        assert max(map(len, full.to_text(width=width).splitlines())) <= width
    text = full.to_text(width=200)
    assert text.startswith("Lending: provisional board\n")
    for part in (
        "3 teams, 9 claims, 3 confirmed; as of 2025-03-01T00:00:00Z",
        "1 newts 30.00",
        "13.67",
        "0.00: earlier claims found it",
        "400 to 799",
        "no. 3, 57% shared",
        "ONNX model 12121212",
        "who: People under 25 who rent.",
        "how: They are refused loans. Often.",
        "no part of them",
    ):
        assert part in re.sub(" +", " ", text), part
    assert "\x1b" not in text
    assert "\x1b[" in full.to_text(color=True)


def test_points_are_called_final_only_when_they_are(full):
    """A final board says so in every view, and a provisional one says where its points come from."""
    final = made(*full.claims, final=True)
    for view in ("to_text", "to_markdown", "to_html"):
        assert "final board" in getattr(final, view)()
        assert "provisional board" in getattr(full, view)()
        assert "public rows" in getattr(full, view)()


def test_harm_stands_beside_the_points(full):
    """Words about harm change no number and no rank, and only confirmed claims show them."""
    plain = [
        BoardClaim(
            Claim(each.claim.kind, each.claim.loss, each.claim.group, model=each.claim.model),
            *(each.team, each.sequence, each.submitted, each.state),
            points=each.points,
        )
        for each in full.claims
    ]
    assert made(*plain).teams == full.teams
    rejected = made(listed(1, "owls", "rejected", about={"harm": "secret words"}))
    for view in ("to_text", "to_markdown", "to_html"):
        assert "secret words" not in getattr(rejected, view)()


class Page(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        """Keep a tag."""
        self.tags.append(tag)
        self.attributes += attributes

    def handle_data(self, data):
        """Keep text."""
        self.text += data


@pytest.mark.parametrize("evil", HOSTILE, ids=lambda text: ascii(text[:12]))
def test_hostile_names_do_nothing(evil):
    """Markup, control characters and templates in names and texts stay text in every view."""
    about = dict.fromkeys(("title", "harmed", "harm", "evidence"), evil)
    tame = dict.fromkeys(about, "tame" if evil else "")
    shown = made(listed(1, evil, earned=1, about=about), bounty=evil)
    plain = made(listed(1, "tame", earned=1, about=tame), bounty="tame")
    text, page, markdown = shown.to_text(width=100), Page(shown.to_html()), shown.to_markdown()
    for written in (text, shown.to_html(), markdown):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202e\ud800-\udfff\U000e0041]", written)
        written.encode()
    assert page.tags == Page(plain.to_html()).tags
    assert len(page.attributes) == len(Page(plain.to_html()).attributes)
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert "49" not in re.sub(r"[\d:TZ-]{10,}", "", page.text)
    lines, expected = markdown.splitlines(), plain.to_markdown().splitlines()
    assert len(lines) == len(expected)
    for line, same in zip(lines, expected, strict=True):
        assert len(re.findall(r"(?<!\\)\|", line)) == same.count("|")
        assert line.startswith("#") is same.startswith("#")
    assert "<script" not in markdown
    assert "![" not in markdown
    assert "@everyone" not in markdown
    json.dumps(shown.to_dict()).encode()


@given(names=st.lists(st.text(max_size=30), min_size=1, max_size=4, unique=True))
def test_any_name_makes_a_board(names):
    """Whatever teams are called, there is one row a team in each view."""
    shown = made(*(listed(i, name, earned=i) for i, name in enumerate(names)))
    assert len(shown.teams) == len(names)
    assert Page(shown.to_html()).tags.count("tr") == 2 * len(names) + 2
    rows = [line for line in shown.to_markdown().splitlines() if line.startswith("| ")]
    assert len(rows) == 2 * len(names) + 4
    assert max(map(cell_len, shown.to_text(width=70).splitlines())) <= 70


def test_the_page_asks_for_nothing(full):
    """The page has no script, no address but its own styles, and a bar for each team beside its points."""
    page = full.to_html()
    assert "<script" not in page
    assert not re.search(r"https?://|url\(", page)
    assert "default-src 'none'" in page
    assert page.count('style="width:100%"') == 1
    assert page.count('style="width:46%"') == 1
    assert page.count('style="width:0%"') == 1


def test_a_board_without_claims_is_a_board():
    """An empty board says so in every view."""
    empty = made()
    assert empty.teams == ()
    for view in ("to_text", "to_markdown", "to_html"):
        assert "No team has submitted a claim." in getattr(empty, view)()


def test_long_boards_are_cut_and_say_so():
    """Text and Markdown list the latest claims and count the rest; the page has all."""
    long = made(*(listed(i, "owls", "rejected", day=0) for i in range(1, 251)))
    for view in ("to_text", "to_markdown"):
        assert "50 earlier claims" in getattr(long, view)()
    assert Page(long.to_html()).tags.count("tr") == 250 + 1 + 2


def test_points_that_are_not_the_claims_own_are_refused():
    """Points of an unconfirmed claim or of another claim are named, all at once."""
    rejected = listed(1, "owls", "rejected", earned=3)
    other = listed(2, earned=3)
    swapped = BoardClaim(claim_of(3), "owls", 3, time(3), State.CONFIRMED, points=other.points)
    with pytest.raises(BountyError) as refused:
        made(rejected, swapped)
    assert len(refused.value.problems) == 2
    assert "only confirmed claims earn" in str(refused.value)
