"""Declarative pipelines: stored by REST, and run from their source on the local Spark."""
