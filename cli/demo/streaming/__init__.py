"""The story of streaming: a stream scores while the champion changes, and a database and a topic get every score."""

# The story's name for `--story`, and its folder in a use case.
STORY = "streaming"
