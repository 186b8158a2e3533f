"""Headlines: what a family says as a whole, and what may not decide it."""

import fairkit
from fairkit.counts import Counts, Kind
from fairkit.findings import Verdict


def headlines(cells, **options):
    """Evaluate confusion cells of groups and return the headlines by name."""
    groups = [(f"g{i}",) for i in range(len(cells))]
    counts = Counts.from_cells(Kind.CONFUSION, ["g"], groups, [[*cell, 0, 0, 0] for cell in cells])
    return {h.name: h for h in fairkit.evaluate(counts, by="g", **options).headlines}


LARGE = [[3000, 1000, 1000, 5000]] * 3


def test_parity_needs_every_group():
    """Three large equal groups show parity; a fourth of ten rows leaves it open."""
    assert headlines(LARGE)["selection_rate"].verdict is Verdict.PARITY
    opened = headlines([*LARGE, [3, 1, 1, 5]])["selection_rate"]
    assert (opened.verdict, opened.inconclusive) == (Verdict.INCONCLUSIVE, 1)


def test_an_undefined_group_prevents_parity():
    """Nobody can say that recall is equal in all groups when one has no positives."""
    headline = headlines([*LARGE, [0, 50, 0, 450]])["true_positive_rate"]
    assert (headline.verdict, headline.undefined) == (Verdict.INCONCLUSIVE, 1)


def test_parity_by_intersection_union_needs_no_correction():
    """All groups inside at 90 % is parity of the whole, even where a corrected interval still straddles."""
    cells = [[150, 0, 0, 350]] * 12
    headline = headlines(cells, metrics=["selection_rate"])["selection_rate"]
    assert headline.verdict is Verdict.PARITY
    assert headline.inconclusive > 0


def test_a_wild_small_group_does_not_lead():
    """The surest large disparity leads: the bound nearest to parity counts, not the point."""
    cells = [[5500, 0, 0, 4500], [3000, 0, 0, 7000], [3000, 0, 0, 7000], [9, 0, 0, 1]]
    headline = headlines(cells, reference="g=g2", metrics=["selection_rate"])["selection_rate"]
    assert headline.disparities[0] == "g=g0"
    assert 0.2 < headline.at_least < 0.25
    assert headline.spread > 0.55


def test_at_least_keeps_the_sign():
    """A group that is worse off below the reference has a negative bound."""
    headline = headlines([[1000, 0, 0, 9000], [3000, 0, 0, 7000]], reference="g=g1")["selection_rate"]
    assert -0.2 < headline.at_least < -0.18


def test_named_notions_appear_when_their_metrics_do():
    """Demographic parity, equalised odds, equal opportunity and predictive parity join their metrics."""
    assert set(headlines(LARGE)) >= {
        "demographic_parity",
        "equalized_odds",
        "equal_opportunity",
        "predictive_parity",
    }
    assert "equalized_odds" not in headlines(LARGE, metrics=["true_positive_rate"])


def test_equalised_odds_needs_both_rates():
    """Equal recall with unequal false positives is a disparity of odds, at half the error rate each."""
    heads = headlines([[700, 100, 300, 900], [700, 400, 300, 600]], reference="g=g1")
    assert heads["equal_opportunity"].verdict is not Verdict.DISPARITY
    odds = heads["equalized_odds"]
    assert (odds.verdict, odds.disparities) == (Verdict.DISPARITY, ("g=g0",))
    assert abs(odds.at_least) < abs(heads["false_positive_rate"].at_least)


def test_the_report_in_a_word():
    """A disparity anywhere outweighs the rest; parity must hold everywhere."""
    groups = [("a",), ("b",)]
    table = {
        "fair": [[3000, 0, 0, 7000, 0, 0, 0]] * 2,
        "unfair": [[3000, 0, 0, 7000, 0, 0, 0], [6000, 0, 0, 4000, 0, 0, 0]],
    }
    found = {
        name: fairkit.evaluate(
            Counts.from_cells(Kind.CONFUSION, ["g"], groups, cells),
            by="g",
            metrics=["accuracy", "selection_rate"],
        ).verdict
        for name, cells in table.items()
    }
    assert found == {"fair": Verdict.PARITY, "unfair": Verdict.DISPARITY}
