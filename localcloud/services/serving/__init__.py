"""Serving endpoints: their documents, and the processes in which the real MLflow models answer."""
