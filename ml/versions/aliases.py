"""Aliases of a registered model's versions: the one that passed its gates, the live one, and the one live before."""

# It finds versions and creates none.
RETRAINS = False

CHALLENGER, CHAMPION, PREVIOUS = "challenger", "champion", "previous"
