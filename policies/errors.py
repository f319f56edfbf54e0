"""The errors of this room.

PolicyError
├── DocumentError   a file is no readable JSON document
├── PlanError       a document is no Terraform plan that the review understands
└── RulesError      a file of rules, prices or invariants is wrong
"""


class PolicyError(ValueError):
    """What was given, what is allowed, and what to change."""


class DocumentError(PolicyError):
    """A file is no readable JSON document."""


class PlanError(PolicyError):
    """A document is no Terraform plan that the review understands."""


class RulesError(PolicyError):
    """A file of rules, prices or invariants is wrong."""
