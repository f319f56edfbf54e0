"""Examples: what several stages read of gold tables in the same way."""

# A change here trains a new version: see `ml/training/fingerprint.py`.
RETRAINS = True
