"""bounty: bias bounties on data that hunters never see, judged with fairkit.

A host calls `create` with rows, a model's answers and `Terms`, and opens the folder as a `Bounty`. Hunters
read what is `Published`, search it with `hunt_published`, and write a `Claim`. The `Bounty` examines claims
on public rows and judges them on held-out ones; `standings` shows the board, `close` ends it, and `verify`
checks the ledger without its data. Names are loaded when first used, so that ``import bounty`` stays quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairkit._lazily import loaded_lazily

if TYPE_CHECKING:
    from bounty.certificates.plans import plan as plan
    from bounty.certificates.sample_sizes import rows_needed as rows_needed
    from bounty.certificates.terms import Terms as Terms
    from bounty.claims.claim import Alternative as Alternative
    from bounty.claims.claim import Claim as Claim
    from bounty.claims.claim import ClaimKind as ClaimKind
    from bounty.claims.claim import Constant as Constant
    from bounty.claims.claim import OnnxModel as OnnxModel
    from bounty.claims.claim import Rules as Rules
    from bounty.claims.files import claim_of as claim_of
    from bounty.claims.files import read_claim as read_claim
    from bounty.claims.files import save_claim as save_claim
    from bounty.claims.onnx_models.running import TrustedRunner as TrustedRunner
    from bounty.game.bounty import Bounty as Bounty
    from bounty.game.closing import close as close
    from bounty.game.creating import create as create
    from bounty.game.exporting import model_of as model_of
    from bounty.game.exporting import policy_of as policy_of
    from bounty.game.hunting import hunt_published as hunt_published
    from bounty.game.published import Published as Published
    from bounty.game.referee import Outcome as Outcome
    from bounty.game.replay import replay as replay
    from bounty.game.rescoring import rescore as rescore
    from bounty.game.standings import standings as standings
    from bounty.hunters import hunt as hunt
    from bounty.ledger.receipts import Receipt as Receipt
    from bounty.ledger.reveal import Reveal as Reveal
    from bounty.ledger.sealing import seal_claim as seal_claim
    from bounty.ledger.signatures import PrivateKey as PrivateKey
    from bounty.ledger.verifying import verify as verify

_HOME = {
    "Alternative": "bounty.claims.claim",
    "Bounty": "bounty.game.bounty",
    "Claim": "bounty.claims.claim",
    "ClaimKind": "bounty.claims.claim",
    "Constant": "bounty.claims.claim",
    "OnnxModel": "bounty.claims.claim",
    "Outcome": "bounty.game.referee",
    "PrivateKey": "bounty.ledger.signatures",
    "Published": "bounty.game.published",
    "Receipt": "bounty.ledger.receipts",
    "Reveal": "bounty.ledger.reveal",
    "Rules": "bounty.claims.claim",
    "Terms": "bounty.certificates.terms",
    "TrustedRunner": "bounty.claims.onnx_models.running",
    "claim_of": "bounty.claims.files",
    "close": "bounty.game.closing",
    "create": "bounty.game.creating",
    "hunt": "bounty.hunters",
    "hunt_published": "bounty.game.hunting",
    "model_of": "bounty.game.exporting",
    "plan": "bounty.certificates.plans",
    "policy_of": "bounty.game.exporting",
    "read_claim": "bounty.claims.files",
    "replay": "bounty.game.replay",
    "rescore": "bounty.game.rescoring",
    "rows_needed": "bounty.certificates.sample_sizes",
    "save_claim": "bounty.claims.files",
    "seal_claim": "bounty.ledger.sealing",
    "standings": "bounty.game.standings",
    "verify": "bounty.ledger.verifying",
}

__all__ = [
    "Alternative",
    "Bounty",
    "Claim",
    "ClaimKind",
    "Constant",
    "OnnxModel",
    "Outcome",
    "PrivateKey",
    "Published",
    "Receipt",
    "Reveal",
    "Rules",
    "Terms",
    "TrustedRunner",
    "claim_of",
    "close",
    "create",
    "hunt",
    "hunt_published",
    "model_of",
    "plan",
    "policy_of",
    "read_claim",
    "replay",
    "rescore",
    "rows_needed",
    "save_claim",
    "seal_claim",
    "standings",
    "verify",
]

__getattr__ = loaded_lazily(__name__, _HOME)


def __dir__() -> list[str]:
    return sorted(__all__)
