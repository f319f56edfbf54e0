"""Servers that stand beside the local cloud, for tests and for the story of streaming: a broker, a database."""
