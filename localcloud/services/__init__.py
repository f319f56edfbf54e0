"""One folder a service of Azure Databricks: its routes, rules and records."""
