"""The platform as code: spec (values) -> constructs -> stacks. `infra.main` lists the stacks in order."""
