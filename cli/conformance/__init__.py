"""The real Terraform with its real providers against the local cloud, stack by stack."""
