"""A local Azure Databricks on loopback: REST, state, Unity Catalog, MLflow, SQL, and the jobs that run on them."""
