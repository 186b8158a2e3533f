"""Statistics on counts: intervals, corrections, equivalence, power.

Pure functions over arrays. This room knows no frame, no metric and no report; it imports NumPy, SciPy on
first use, and nothing of fairkit but its errors. Three rules hold throughout:

- Arrays broadcast, counts may be fractional (weighted data pass effective counts), and no warning escapes.
- What is undefined (no rows, too few clusters) is NaN here, never 0; the layer above turns NaN into a reason.
- Nothing is silently approximate: where a method is not exact its docstring says what it covers.

Questions and answers: one rate, `wilson`; a difference, `newcombe`, or `tango` on the same rows; a ratio,
`koopman`; any metric, `bca` on `multinomial_replicates`; people who repeat, `ratio_t_interval`; many groups,
`holm_intervals`; parity, `tost_newcombe` with `intersection_union`; was there enough data,
`detectable_difference` and `rows_needed`.
"""

from fairkit.inference.bootstrap import (
    Jackknife,
    bca,
    bca_at,
    gamma_replicates,
    jackknife_from_counts,
    multinomial_replicates,
)
from fairkit.inference.clusters import (
    ClusterInterval,
    ClusterMethod,
    cluster_replicates,
    expanded_confidence,
    joint_cluster_replicates,
    ratio_t_interval,
)
from fairkit.inference.combined import mover, mover_ratio, mover_sum
from fairkit.inference.differences import (
    Limits,
    farrington_manning_p,
    miettinen_nurminen,
    newcombe,
)
from fairkit.inference.equivalence import intersection_union, margin_p, tost_newcombe, tost_score
from fairkit.inference.exact import boschloo, fisher, pooled_z_p
from fairkit.inference.intervals import Bounds, clopper_pearson, jeffreys, wilson
from fairkit.inference.multiplicity import (
    Corrected,
    benjamini_hochberg,
    benjamini_hochberg_intervals,
    holm,
    holm_intervals,
)
from fairkit.inference.paired import guarded_tango, mcnemar_p, tango
from fairkit.inference.power import detectable_difference, rows_for_parity, rows_needed
from fairkit.inference.ratios import koopman
from fairkit.inference.shrinkage import BetaBinomial, fit_beta_binomial, shrink
from fairkit.inference.simultaneous import MaxT, max_t

__all__ = [
    "BetaBinomial",
    "Bounds",
    "ClusterInterval",
    "ClusterMethod",
    "Corrected",
    "Jackknife",
    "Limits",
    "MaxT",
    "bca",
    "bca_at",
    "benjamini_hochberg",
    "benjamini_hochberg_intervals",
    "boschloo",
    "clopper_pearson",
    "cluster_replicates",
    "detectable_difference",
    "expanded_confidence",
    "farrington_manning_p",
    "fisher",
    "fit_beta_binomial",
    "gamma_replicates",
    "guarded_tango",
    "holm",
    "holm_intervals",
    "intersection_union",
    "jackknife_from_counts",
    "jeffreys",
    "joint_cluster_replicates",
    "koopman",
    "margin_p",
    "max_t",
    "mcnemar_p",
    "miettinen_nurminen",
    "mover",
    "mover_ratio",
    "mover_sum",
    "multinomial_replicates",
    "newcombe",
    "pooled_z_p",
    "ratio_t_interval",
    "rows_for_parity",
    "rows_needed",
    "shrink",
    "tango",
    "tost_newcombe",
    "tost_score",
    "wilson",
]
