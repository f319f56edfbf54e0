"""The live version outside Databricks: its image, and the requests to a cluster or Azure Machine Learning."""
