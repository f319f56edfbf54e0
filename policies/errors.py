"""The errors of this room.

PolicyError
├── DocumentError   a file is not a readable JSON document
├── PlanError       a document is not a Terraform plan that the review understands
└── RulesError      a file of rules, prices or invariants is wrong
"""


class PolicyError(ValueError):
    """The value given, the values allowed, and the change to make."""


class DocumentError(PolicyError):
    """A file is not a readable JSON document."""


class PlanError(PolicyError):
    """A document is not a Terraform plan that the review understands."""


class RulesError(PolicyError):
    """A file of rules, prices or invariants has mistakes."""
