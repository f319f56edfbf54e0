"""Constructs: each takes a frozen `Props`, creates resources and returns read-only outputs. Secure by default.

They are functions that create resources directly in their stack, not subclasses of jsii's `Construct`: a nested
construct puts a hash of its path into every Terraform address, and an address is a public contract.
"""
