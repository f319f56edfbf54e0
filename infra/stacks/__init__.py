"""The stacks: one Terraform state each. What one needs of another it finds by name."""
