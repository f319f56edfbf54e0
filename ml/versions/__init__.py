"""Model versions: the content of their artifact, and how jobs load it."""

# A change here trains a new version, since a version contains some of this code. Modules that only find one opt out.
RETRAINS = True
