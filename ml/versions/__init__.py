"""Model versions: what their artifact holds, and how jobs load it."""

# A change here trains a new version, since a version holds some of this code. Modules that only find one deny it.
RETRAINS = True
