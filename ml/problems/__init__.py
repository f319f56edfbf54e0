"""What kind of question a model answers, in code: stages ask, and the problem of the model answers."""

# A change here trains a new version: see `ml/training/fingerprint.py`.
RETRAINS = True
