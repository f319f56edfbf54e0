"""The access review: who may do what, computed from the synthesized stacks."""
