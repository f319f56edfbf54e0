"""The plan review: what `terraform apply` is about to do to one stack, in words that a reviewer can decide on."""
