"""Problems: the kinds of question that models answer. Stages call the problem of their model."""

# A change here trains a new version: see `ml/training/fingerprint.py`.
RETRAINS = True
