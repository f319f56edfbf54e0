"""Declarative pipelines: the source of each, written from the declarations that the jobs run from."""
