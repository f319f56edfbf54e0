"""MLflow tracking and registry: checked here, then passed on to a real MLflow server."""
