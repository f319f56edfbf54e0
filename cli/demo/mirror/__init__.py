"""The story of the mirror: dev trains on redacted tables of production, whose own tables are refused to it."""

# The story's name for `--story`.
STORY = "mirror"
