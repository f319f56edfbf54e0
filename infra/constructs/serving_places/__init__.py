"""Serving outside Databricks: images, a Kubernetes cluster, Azure Machine Learning."""
