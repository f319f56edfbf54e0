"""Everything that a rule needs, in one import."""

from .document import Resource
from .rule import Severity, rule
from .values import Block, Expression, Scalar
from .verdict import Verdict, computed, expect, expect_between, failed, passed, same, unknown, worst

__all__ = [
    "Block",
    "Expression",
    "Resource",
    "Scalar",
    "Severity",
    "Verdict",
    "computed",
    "expect",
    "expect_between",
    "failed",
    "passed",
    "rule",
    "same",
    "unknown",
    "worst",
]
