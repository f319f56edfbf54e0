"""MLflow: tracking calls are checked and forwarded to a real server; the registry is Unity Catalog's, answered here."""
