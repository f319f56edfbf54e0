"""The `mlops` command: synthesizes the stacks, runs the local cloud, and starts the jobs on it."""
