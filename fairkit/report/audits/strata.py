"""Groups compared within strata: Mantel and Haenszel's answer to "it is the site, not the group".

Each site (event, job) compares its own applicants, and the comparisons are pooled; so a group that applies
where few are selected is not taken for one that is selected less often. Breslow and Day's test asks whether
the strata agree with one another: where they do not, one pooled number hides the story.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairkit.report.audits.categories import Categories, Category, categories, levels_of
from fairkit.report.audits.people import People

_FEWEST_STRATA = 2


@dataclass(frozen=True, slots=True)
class Stratified:
    """One group against the comparison group, within strata.

    Parameters
    ----------
    group : str
    strata : int
        In which the comparison says anything: both groups applied, some were selected and some not.
    left_out : int
        In which it does not.
    ratio : float or None
        Mantel and Haenszel's common ratio of rates.
    odds_ratio, low, high : float or None
        Their common odds ratio, with its interval (Robins, Breslow and Greenland).
    level : float
    p : float or None
        Cochran, Mantel and Haenszel's test that there is no difference in any stratum.
    p_adjusted : float or None
        Times the number of comparisons (Bonferroni).
    homogeneity : float or None
        p-value of Breslow and Day's test (Tarone's form) that all strata have one odds ratio.
    why : str or None
        Why there is no number: ``no-informative-stratum``, ``no-odds-ratio``.

    Examples
    --------
    >>> Stratified("sex=F", 2, 0, 0.9, 0.85, 0.6, 1.2, 0.95, 0.4, 0.4, 0.7, None).odds_ratio
    0.85
    """

    group: str
    strata: int
    left_out: int
    ratio: float | None
    odds_ratio: float | None
    low: float | None
    high: float | None
    level: float
    p: float | None
    p_adjusted: float | None
    homogeneity: float | None
    why: str | None


def stratified(
    people: People,
    table: Categories,
    groups: Sequence[Category],
    other: Category,
    strata: str,
    *,
    questions: int = 1,
    confidence: float = 0.95,
) -> tuple[Stratified, ...]:
    """Compare groups with one of them within the levels of an attribute.

    Parameters
    ----------
    people : People
    table : Categories
        Of which the groups are.
    groups : sequence of Category
    other : Category
    strata : str
        Applicants whose stratum is not known are left out.
    questions : int
        Comparisons that the adjusted p-value allows for.
    confidence : float

    References
    ----------
    Mantel and Haenszel (1959), JNCI 22, 719-748; Robins, Breslow and Greenland (1986), Biometrics 42,
    311-323, both computed by statsmodels; Breslow and Day (1980); Tarone (1985), Biometrika 72, 91-95.

    Examples
    --------
    >>> from fairkit.counts import Counts, Kind
    >>> from fairkit.report.audits.people import people_of
    >>> cells = [("F", "A"), ("M", "A"), ("F", "B"), ("M", "B")]
    >>> values = [[8, 72, 0], [2, 18, 0], [12, 8, 0], [48, 32, 0]]
    >>> people = people_of(Counts.from_cells(Kind.DECISIONS, ["sex", "site"], cells, values))
    >>> table = categories(people, ["sex"])
    >>> women, men = table.known
    >>> (found,) = stratified(people, table, table.known, men, "site")
    >>> round(women.rate / men.rate, 2), round(found.ratio, 2), round(found.odds_ratio, 2)
    (0.4, 1.0, 1.0)
    """
    sites = [
        {one.levels: one for one in categories(people, table.attributes, within={strata: level}).known}
        for level in levels_of(people, strata)
    ]
    return tuple(
        _stratified(one.group, [_two_by_two(site, one, other) for site in sites], questions, confidence)
        for one in groups
        if one.group != other.group
    )


def breslow_day(tables: Sequence[NDArray[np.float64]], odds_ratio: float) -> float:
    """Test that all strata have one odds ratio: Breslow and Day's test with Tarone's correction.

    Parameters
    ----------
    tables : sequence of array, shape (2, 2)
    odds_ratio : float
        Mantel and Haenszel's.

    Returns
    -------
    float
        The p-value.

    Notes
    -----
    statsmodels divides by zero where the common odds ratio is 1; the expected count is here taken from the
    other form of the same root.

    Examples
    --------
    >>> round(breslow_day([np.array([[8.0, 4.0], [4.0, 8.0]]), np.array([[2.0, 9.0], [9.0, 2.0]])], 1.0), 4)
    0.001
    """
    from scipy.stats import chi2

    stacked = np.array(tables)
    row, column, total = stacked[:, 0].sum(axis=1), stacked[:, :, 0].sum(axis=1), stacked.sum(axis=(1, 2))
    half = total - row - column + odds_ratio * (row + column)
    corner = 4 * odds_ratio * (1 - odds_ratio) * row * column
    expected = 2 * odds_ratio * row * column / (half + np.sqrt(half**2 + corner))
    cells = (expected, row - expected, column - expected, total - row - column + expected)
    variance = 1 / np.sum([1 / cell for cell in cells], axis=0)
    gap = stacked[:, 0, 0] - expected
    statistic = (gap**2 / variance).sum() - gap.sum() ** 2 / variance.sum()
    return float(chi2.sf(max(statistic, 0.0), len(stacked) - 1))


def _two_by_two(site: dict[tuple[str, ...], Category], one: Category, other: Category) -> NDArray[np.float64]:
    rows = [site.get(each.levels) for each in (one, other)]
    return np.array([(0, 0) if row is None else (row.selected, row.rejected) for row in rows], np.float64)


def _stratified(
    group: str, tables: Sequence[NDArray[np.float64]], questions: int, confidence: float
) -> Stratified:
    compared = [table for table in tables if table.sum(axis=1).all()]
    telling = [table for table in compared if table.sum(axis=0).all()]
    left_out = len(tables) - len(telling)
    if not telling:
        nothing = dict.fromkeys(("ratio", "odds_ratio", "low", "high", "p", "p_adjusted", "homogeneity"))
        return Stratified(group, 0, left_out, **nothing, level=confidence, why="no-informative-stratum")
    from statsmodels.stats.contingency_tables import StratifiedTable

    pooled = StratifiedTable(telling)
    p = float(pooled.test_null_odds(correction=False).pvalue)
    odds = low = high = homogeneity = None
    if all(np.sum([table[i, 0] * table[1 - i, 1] for table in telling]) > 0 for i in (0, 1)):
        odds = float(pooled.oddsratio_pooled)
        low, high = map(float, pooled.oddsratio_pooled_confint(alpha=1 - confidence))
        if len(telling) >= _FEWEST_STRATA:
            homogeneity = breslow_day(telling, odds)
    return Stratified(
        group,
        len(telling),
        left_out,
        _common_ratio(compared),
        odds,
        low,
        high,
        confidence,
        p,
        min(p * questions, 1.0),
        homogeneity,
        "no-odds-ratio" if odds is None else None,
    )


def _common_ratio(tables: Sequence[NDArray[np.float64]]) -> float | None:
    """Pool ratios of rates with Mantel and Haenszel's weights; also strata where all were selected count."""
    stacked = np.array(tables)
    sizes, total = stacked.sum(axis=2), stacked.sum(axis=(1, 2))
    top = float((stacked[:, 0, 0] * sizes[:, 1] / total).sum())
    bottom = float((stacked[:, 1, 0] * sizes[:, 0] / total).sum())
    return top / bottom if bottom else None
