"""What a model does with texts: what it decides, for whom it errs, and what it writes.

Scores of comments by the identities they mention, decisions on texts and their counterfactuals, error rates
by class, and the words of generated texts. A metric of this room needs the outputs of a model only, not the
model; so none needs torch.
"""
