"""The schema of each YAML file of `workspaces/`: pydantic models, and the kinds of value in them."""
