"""The door in front of the MLflow server: who may call what, then the call itself."""
