"""Breaking what a rule guards, in the stacks that this repository ships, makes the rule fire."""

from copy import deepcopy
from typing import Any

import pytest

from policies.checks.engine.catalogue import rules
from policies.checks.engine.rule import Rule
from policies.checks.engine.verdict import Result
from policies.terraform.documents import document_of
from tests.policies.checks.breakages import Breakage, Stack
from tests.policies.checks.broken import BREAKAGES
from tests.policies.conftest import Stacks

_ADDED = "added-by-the-test"


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.judge.__name__)
def test_breaking_what_a_rule_guards_makes_it_fire(rule: Rule, stacks: Stacks) -> None:
    """On every resource that the breakage is about: a pass before, a failure that gives a reason after."""
    breakage = BREAKAGES[rule.id]
    broken = 0
    for stack, document in ((name, one) for name, one in stacks.items() if name.startswith(breakage.stacks)):
        before = _with_addition(document, breakage)
        whole = document_of(before).by_address
        for name in _names(document, breakage):
            changed, address = _broken(before, breakage, name), f"{breakage.type}.{name}"
            if breakage.change.__name__ != "as_it_is":
                assert rule.judge(whole[address]).result is Result.PASS, f"{stack}/{name}"
            assert rule.judge(document_of(changed).by_address[address]).result is Result.FAIL, f"{stack}/{name}"
            broken += 1
    assert broken, f"no shipped stack holds a {breakage.type} that this breakage is about"


def test_every_rule_has_a_breakage() -> None:
    """No rule is without one, and none is of a rule that is gone."""
    assert {rule.id for rule in rules()} == set(BREAKAGES)
    assert {rule.id for rule in rules() if BREAKAGES[rule.id].type not in rule.types} == set()


def _names(document: Stack, breakage: Breakage) -> list[str]:
    found: dict[str, Any] = document.get("resource", {}).get(breakage.type, {})
    names = [name for name, arguments in found.items() if breakage.where(arguments)]
    return [*names, _ADDED] if breakage.added is not None else names


def _broken(document: Stack, breakage: Breakage, name: str) -> Stack:
    """The stack with that resource broken. It shares the others: to copy them all takes ten times as long."""
    resources = {type_: dict(of_type) for type_, of_type in document["resource"].items()}
    resources[breakage.type][name] = deepcopy(resources[breakage.type][name])
    changed = {**document, "resource": resources}
    breakage.change(resources[breakage.type][name], changed)
    return changed


def _with_addition(document: Stack, breakage: Breakage) -> Stack:
    copied = deepcopy(document)
    if breakage.added is not None:
        of_type = copied.setdefault("resource", {}).setdefault(breakage.type, {})
        of_type[_ADDED] = deepcopy(dict(breakage.added))
    return copied
