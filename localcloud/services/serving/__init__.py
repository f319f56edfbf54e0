"""Serving endpoints: their documents, and the processes that run the real MLflow models."""
