"""Declarative pipelines: kept by REST, and run from their own source over the local Spark."""
