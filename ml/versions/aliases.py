"""Aliases of a registered model's versions: which is judged well, which is live, which was live before."""

CHALLENGER, CHAMPION, PREVIOUS = "challenger", "champion", "previous"
