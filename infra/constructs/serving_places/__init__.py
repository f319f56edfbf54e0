"""What serves a model beside Databricks: images, a Kubernetes cluster, Azure Machine Learning."""
