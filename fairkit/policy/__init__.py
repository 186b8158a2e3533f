"""The release gate: a policy, one decision, and what becomes of a release."""
