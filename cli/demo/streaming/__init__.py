"""The story of streaming: a stream scores while the champion changes, and a database and a topic get every score."""

# What `--story` and the folder of a use case's further story call it.
STORY = "streaming"
