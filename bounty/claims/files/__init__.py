"""Claim files: a claim as a hunter writes it, in TOML or YAML, and the ONNX files beside it.

A file is small, flat and plain, and whatever is wrong with it is said at once, each with its place::

    claim = "disparity"                          # or "repair"
    loss = "false_negative"
    group = "sex == 'Female' and race == 'Black'"  # or group_model = "g.onnx"
    compare = "overall"                          # or "rest", or a predicate; a disparity's only
    margin = 0.02                                # from 0 to below 1, kept as written; a disparity's only

    [model]                                      # a repair's only; exactly one of
    predict = "yes"                              #   one answer everywhere
    use = "large-v3"                             #   another model of the host
    onnx = "h.onnx"                              #   a file beside the claim
    rules = [                                    #   the first that holds decides
        { when = "income >= 50000", predict = "yes" },
    ]
    otherwise = "no"                             #   with rules; without it, the current answer stays

    [about]                                      # for people; no part of the claim's hash
    title = "..."
    harmed = "..."
    harm = "..."
    evidence = "..."

In YAML, ``yes`` and ``no`` are words, as they stand (YAML 1.2); only ``true`` and ``false`` are truth values.
A file may come from an adversary: reading it takes bounded time and fails with `ClaimError` only.
"""

from bounty.claims.files.reading import claim_of, read_claim
from bounty.claims.files.writing import model_files, save_claim, write_claim

__all__ = ["claim_of", "model_files", "read_claim", "save_claim", "write_claim"]
