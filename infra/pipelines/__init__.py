"""Declarative pipelines: the source of each, generated from the same declarations as the jobs."""
