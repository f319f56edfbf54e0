"""Training: from versioned gold tables to a registered model version."""

# A change here trains a new version: see `ml/training/fingerprint.py`.
RETRAINS = True
