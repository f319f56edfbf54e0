"""The stacks: one Terraform state each. A stack looks up the resources of another by name."""
