"""Names of metrics and artifacts in a version's MLflow run: training writes them, gates and commands read them."""

# Names do not affect the model.
RETRAINS = False

# Prefixes of metrics: measures on the hold-out, the gain from a protected column, the split of the examples.
HOLDOUT, PROTECTED, ROWS = "holdout_", "protected_gain_", "rows_"
# Suffixes of a metric's name for the ends of its interval.
LOWER, UPPER = "_lower", "_upper"
# Artifacts: Python and packages; feature importance as a table and a picture.
ENVIRONMENT, IMPORTANCE, IMPORTANCE_PICTURE = "environment.json", "importance.json", "importance.png"
# For a version with parts: which parts are new, and which are kept from the version before.
DECISIONS = "decisions.json"
# The model card, which the gates write, and the version's tag with its location.
CARD_MARKDOWN, CARD_HTML, CARD_TAG = "model_card.md", "model_card.html", "model_card"
