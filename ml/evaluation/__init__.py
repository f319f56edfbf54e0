"""Pure measures of answers: quality, calibration, fairness, signs of a leak, and the difference of two models."""

# A change here trains a new version: see `ml/training/fingerprint.py`.
RETRAINS = True
