"""The parts of the stack `<env>-platform`, one file each; `infra/stacks/platform.py` combines them."""
