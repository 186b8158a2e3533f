"""Judging a classifier of texts: how strongly it depends on what is protected, in one report.

Gradients (prediction sensitivity), rewritten texts (counterfactual gap, flips), what both stand on, and where
they come from. The parts are measured elsewhere in this room; here they are asked for and put side by side.
"""
