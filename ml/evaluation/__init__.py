"""Pure measures of a binary classifier: quality, calibration, fairness, and the difference of two models."""

# A change here trains a new version: see `ml/training/fingerprint.py`.
RETRAINS = True
