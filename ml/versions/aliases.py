"""Aliases of a registered model's versions: which is judged well, which is live, which was live before."""

# It finds versions and makes none.
RETRAINS = False

CHALLENGER, CHAMPION, PREVIOUS = "challenger", "champion", "previous"
