"""MLflow: tracking is checked and passed on to a real server; the registry is Unity Catalog's, answered here."""
