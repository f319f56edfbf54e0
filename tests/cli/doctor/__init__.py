"""`mlops doctor`, against a served local cloud."""
