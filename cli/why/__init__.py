"""The background of one score: the version, its data, the features at the time, and their contributions."""
