"""What each YAML file of `workspaces/` can say: pydantic models, and the kinds of value in them."""
