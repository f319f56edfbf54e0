"""The live version at places beside Databricks: its image, and what a cluster or Azure Machine Learning is told."""
