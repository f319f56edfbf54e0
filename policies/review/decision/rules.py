"""The rules that decide on a plan, read from one file. A rule that could never match as written is an error."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from policies.review.decision.conditions import Condition, When
from policies.yaml_model import Entry, Strings, Text, read_model

RULES = Path(__file__).parent / "rules.yaml"


class Verdict(StrEnum):
    """The verdicts on a plan, mildest first."""

    PASS = "pass"  # noqa: S105 - a verdict
    APPROVAL = "approval"
    BLOCK = "block"


def _stops(written: Any) -> Verdict:
    """A rule whose verdict is to pass would say nothing."""
    if written not in (Verdict.APPROVAL, Verdict.BLOCK):
        raise ValueError("allowed are approval and block")
    return Verdict(written)


class Rule(Entry):
    """One rule. A member of each group in `by` must approve."""

    name: Text
    when: When
    verdict: Annotated[Verdict, BeforeValidator(_stops)]
    by: Annotated[Strings, Field(validate_default=True)] = ()
    because: Text

    @field_validator("by")
    @classmethod
    def _approve(cls, by: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        verdict = info.data.get("verdict")
        if verdict is not None and (verdict is Verdict.APPROVAL) != bool(by):
            raise ValueError("`by` names who approves; give it for approval, and only there")
        return by

    @property
    def condition(self) -> Condition:
        """When it fires."""
        return self.when.condition


def _not_empty(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    if not rules:
        raise ValueError("a list of rules is needed, or every plan would pass")
    return rules


class _File(Entry):
    rules: Annotated[tuple[Rule, ...], Field(strict=False), AfterValidator(_not_empty)]


def read_rules(path: Path = RULES) -> tuple[Rule, ...]:
    """The rules in `path`. Raises RulesError with every mistake, each with its rule's name."""
    return read_model(path, _File).rules
