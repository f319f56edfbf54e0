"""What the MLflow run of a version keeps, by name: training writes it, gates and commands read it."""

# Names decide no model.
RETRAINS = False

# Prefixes of metrics: the measures on the hold-out, what a protected column would add, where the examples went.
HOLDOUT, PROTECTED, ROWS = "holdout_", "protected_gain_", "rows_"
# The ends of an interval, after the name of the metric that it is of.
LOWER, UPPER = "_lower", "_upper"
# Artifacts: Python and packages; what the model goes by, as a table and a picture.
ENVIRONMENT, IMPORTANCE, IMPORTANCE_PICTURE = "environment.json", "importance.json", "importance.png"
# Which parts of the version are new, and which it keeps of the one before, if it has parts.
DECISIONS = "decisions.json"
# Artifacts that the gates write: the model card. The tag of the version that says where it is.
CARD_MARKDOWN, CARD_HTML, CARD_TAG = "model_card.md", "model_card.html", "model_card"
