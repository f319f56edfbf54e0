"""Every type of the providers that may give access is stopped by the review, or listed here with why it gives none."""

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from policies.review.decision.rules import Verdict
from policies.review.review import Reviewer
from tests.infra.provider_schema import SCHEMAS, schemas
from tests.policies.review.plans import change, plan, reviewer

# By a glob of types, or of `type attribute`: why it gives nobody access.
GIVES_NONE: Mapping[str, str] = yaml.safe_load((Path(__file__).parent / "gives_no_access.yaml").read_text())
needs_schemas = pytest.mark.skipif(
    not SCHEMAS.is_dir(), reason=f"the providers' schemas are not beside this checkout ({SCHEMAS})"
)
# Written apart from the product's own lists: what a person would stop at when reading names.
_TYPE = re.compile(
    r"_(access|acl|admin|administrator|assignment|api_key|auth|authorization|credentials?|entitlements?|exemption"
    r"|federat\w+|grants?|init_script|lighthouse|local_user|members?|permissions?|pim|principal|profile|role|roles"
    r"|sas|setting|setting_v2|share|sharing|tokens?|users?|binding|recipient|clean_room\w*|trust|deployment"
    r"|extension|secret|group)(_|$)"
)
_ATTRIBUTE = re.compile(
    r"access_control|access_polic|^aces?$|^acls?$|(?<!sub)admin|members?$|^permissions?$|_permissions?$|principal"
    r"|privileges?$|^roles?$|^role_|grants?$|assign_to|object_ids?$|run_as|^owners?$|owner_user|entitle"
    r"|local_(user|auth|account)|shared_(access_)?key|password_auth|anonymous|^public_|single_user"
)
# What the provider computes, and blocks that say how long a call may take.
_NOT_SET = ("id", "timeouts")


@cache
def _suspicious() -> dict[str, list[tuple[str, ...]]]:
    """By type: the paths of attributes that may give access; one empty path where only the type's name says so."""
    found = {}
    for kind, schema in schemas()["resource"].items():
        paths = [path for path in _paths(schema, ()) if _ATTRIBUTE.search(path[-1])]
        named = bool(_TYPE.search(kind.partition("_")[2].join(("_", ""))))
        if paths or named:
            found[kind] = paths or [()]
    return found


def _paths(schema: Mapping[str, Any], prefix: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for name, attribute in schema.get("attributes", {}).items():
        if (attribute.get("optional") or attribute.get("required")) and name not in _NOT_SET:
            yield (*prefix, name)
            yield from _paths(attribute.get("nested") or {}, (*prefix, name))
    for name, block in schema.get("blocks", {}).items():
        if name not in _NOT_SET:
            yield (*prefix, name)
            yield from _paths(block.get("block") or block, (*prefix, name))


def _values(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """The attributes of a resource in which `value` stands at `path`, in blocks."""
    for name in reversed(path[1:]):
        value = [{name: value}]
    return {"name": "x"} | ({path[0]: value} if path else {})


# What an attribute of rights may be: a text, a switch each way, a list, and what is known after the apply only.
_MADE: tuple[Any, ...] = ("someone@example.com", True, False, ["someone@example.com"], [{"principal": "eng"}])


@cache
def _reviewer() -> Reviewer:
    """With the shipped rules, which take longer to read than to apply."""
    return reviewer()


def _stops(kind: str, before: Any, after: dict[str, Any]) -> bool:
    entry = change(f"{kind}.x", ["update" if before is not None else "create"], before, after)
    return _reviewer().review("s", plan(entry)).decision.verdict is not Verdict.PASS


def _is_stopped(kind: str, path: tuple[str, ...]) -> bool:
    """Whether making it, or changing it from something else, is stopped for one of the values."""
    if _is_stopped_by_its_type(kind) or not path:
        return _is_stopped_by_its_type(kind)
    old = _values(path, "somebody@example.com")
    return any(_stops(kind, before, _values(path, value)) for value in _MADE for before in (None, old))


@cache
def _is_stopped_by_its_type(kind: str) -> bool:
    return _stops(kind, None, {"name": "x"})


def _reasons(kind: str, path: tuple[str, ...]) -> list[str]:
    told = f"{kind} {'.'.join(path)}".rstrip()
    return [pattern for pattern in GIVES_NONE if fnmatchcase(told, pattern) or fnmatchcase(kind, pattern)]


@needs_schemas
def test_every_type_that_may_give_access_is_stopped_or_known_to_give_none() -> None:
    """A new type of a newer provider fails here until somebody has read what it does."""
    open_ones = [
        f"{kind} {'.'.join(path)}".rstrip()
        for kind, paths in _suspicious().items()
        for path in paths
        if not _reasons(kind, path) and not _is_stopped(kind, path)
    ]
    assert open_ones == []


@needs_schemas
def test_every_reason_is_of_a_type_that_is_there() -> None:
    """A pattern that fits nothing any more is taken out."""
    used = {pattern for kind, paths in _suspicious().items() for path in paths for pattern in _reasons(kind, path)}
    assert sorted(GIVES_NONE.keys() - used) == []
    assert min(map(len, GIVES_NONE.values())) >= 20


@needs_schemas
def test_a_type_that_nobody_has_met_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The walk itself: a type by its name, and one by an attribute in a nested block."""
    more = {
        "databricks_house_grants": {"attributes": {"name": {"required": True}}},
        "azurerm_quiet": {"blocks": {"rule": {"block": {"attributes": {"principal_names": {"optional": True}}}}}},
    }
    monkeypatch.setattr("tests.policies.review.test_provider_schemas.schemas", lambda: {"resource": more})
    assert _suspicious.__wrapped__() == {
        "databricks_house_grants": [()],
        "azurerm_quiet": [("rule", "principal_names")],
    }


@pytest.mark.parametrize("kind", ["azuread_application_password", "azuread_future", "azapi_resource", "azapi_future"])
def test_all_of_entra_and_all_that_goes_to_azures_api_is_stopped(kind: str) -> None:
    """Their types are too many to read, so that none of them passes."""
    assert _stops(kind, None, {"name": "x"})
