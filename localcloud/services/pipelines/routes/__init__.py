"""The routes of pipelines."""
