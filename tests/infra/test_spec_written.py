"""Settings are taken as they are written, or refused: numbers, switches, files, and names that are taken."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from infra.main import WORKSPACES
from infra.spec import Spec, SpecError, load
from infra.spec.values.environment import Environment
from infra.spec.values.fields import Values
from infra.spec.values.platform import Platform
from tests.infra.conftest import edit

_DEV_ID = "id: 1000000000000001"
_WHOLE = "a whole number in decimal digits, without leading zeros"


def _problems(directory: Path) -> list[str]:
    with pytest.raises(SpecError) as caught:
        load(directory)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("written", "given", "allowed"),
    [
        ("030", "030, which YAML reads as 24", _WHOLE),
        ("1:30", "1:30, which YAML reads as 90", _WHOLE),
        ("0x1E", "0x1E, which YAML reads as 30", _WHOLE),
        ("3_0", "3_0, which YAML reads as 30", _WHOLE),
        ("'30'", "'30'", "10 to 120 minutes"),
        ("08", "'08'", "10 to 120 minutes"),
        ("30.0", "30.0", "10 to 120 minutes"),
        ("true", "True", "10 to 120 minutes"),
    ],
)
def test_a_number_is_taken_as_written(workspaces: Path, written: str, given: str, allowed: str) -> None:
    """What YAML 1.1 reads as another number, and a text or a switch for a number, are refused at their line."""
    dev = workspaces / "dev.yaml"
    edit(dev, "autotermination_minutes: 30", f"autotermination_minutes: {written}")
    line = 1 + dev.read_text(encoding="utf-8").split(f"autotermination_minutes: {written}")[0].count("\n")
    found = [problem for problem in _problems(workspaces) if problem.startswith(f"dev.yaml:{line}: ")]
    assert [p for p in found if f".autotermination_minutes: given {given}; allowed {allowed};" in p], found


@pytest.mark.parametrize(
    ("written", "given"), [('"false"', "'false'"), ("0", "0"), ("off", "off, which YAML reads as False")]
)
def test_a_switch_is_true_or_false(workspaces: Path, written: str, given: str) -> None:
    """No other spelling turns the protection of data off."""
    edit(workspaces / "dev.yaml", "protect_data: false", f"protect_data: {written}")
    assert [p for p in _problems(workspaces) if f"protect_data: given {given}; allowed" in p]


@pytest.mark.parametrize(("key", "read"), [("no", "False"), ("1", "1"), ("~", "None"), ("2024-01-01", "datetime.date")])
def test_a_key_is_a_name(workspaces: Path, key: str, read: str) -> None:
    """A group called `no` would be called False: what YAML reads as no text is refused, wherever it is a key."""
    edit(workspaces / "platform.yaml", "groups:\n", f"groups:\n  {key}: {{comment: x}}\n")
    assert [p for p in _problems(workspaces) if f"groups.{key}: given {key}, which YAML reads as {read}" in p]


def test_every_number_and_switch_of_the_spec_is_strict() -> None:
    """A new setting cannot be declared so that a text, or a number for a switch, is taken for its value."""
    lax = [
        f"{model.__name__}.{name}"
        for model in _models(Platform, set()) + _models(Environment, set())
        for name, field in model.model_fields.items()
        if {bool, int} & set(_kinds(field.annotation)) and not _strict(field)
    ]
    assert lax == []


def test_an_alias_inside_its_own_anchor_is_refused(workspaces: Path) -> None:
    """A document without an end is a problem of its file, no crash."""
    edit(workspaces / "dev.yaml", "catalog: dev\n", "catalog: dev\nx: &x [*x]\n")
    assert [p for p in _problems(workspaces) if p.startswith("dev.yaml:4: (the file): given an alias inside")]


def _sandbox(workspaces: Path, file: str) -> Path:
    """A copy of staging under another name, with everything of its own."""
    path = workspaces / file
    path.parent.mkdir(exist_ok=True)
    text = (workspaces / "staging.yaml").read_text(encoding="utf-8")
    sandbox = text.replace("staging", "sandbox").replace("1000000000000002", "1000000000000004")
    path.write_text(sandbox, encoding="utf-8")
    return path


def _environments(spec: Spec) -> list[str]:
    return [environment.name for environment in spec.environments]


def test_a_yml_file_is_read_like_a_yaml_file(workspaces: Path) -> None:
    """Either spelling of the suffix makes an environment."""
    before = _environments(load(workspaces))
    (workspaces / "staging.yaml").rename(workspaces / "staging.yml")
    assert _environments(load(workspaces)) == before == ["dev", "prod", "staging"]


@pytest.mark.parametrize("file", ["staging.yml", "sandbox.YAML", "later/sandbox.yaml"])
def test_a_file_that_nobody_would_read_is_refused(workspaces: Path, file: str) -> None:
    """Two files for one environment, another spelling of the suffix, and a file in a folder are named."""
    _sandbox(workspaces, file)
    assert [p for p in _problems(workspaces) if p.startswith(f"{file}:1: (the file): given a file that is not read")]


@pytest.mark.parametrize("written", ["1000000000000009", "1000000000000003"])
def test_a_workspace_has_the_id_of_its_url(workspaces: Path, written: str) -> None:
    """A mistyped id, and the id of another environment's workspace, would bind a workspace that is not meant."""
    edit(workspaces / "dev.yaml", _DEV_ID, f"id: {written}")
    expected = f"workspace.id: given {written}; allowed 1000000000000001, the number in workspace.url; correct"
    assert [p for p in _problems(workspaces) if expected in p and p.startswith("dev.yaml:15: ")]


@pytest.mark.parametrize(
    ("catalog", "why"),
    [
        *((name, "a catalog that Databricks keeps for itself") for name in ("hive_metastore", "system", "samples")),
        *((name, "a catalog that Databricks keeps for itself") for name in ("information_schema", "global_temp")),
        *((name, "a word of SQL") for name in ("'null'", "select", "default")),
    ],
)
def test_a_catalog_has_a_name_that_it_can_have(workspaces: Path, catalog: str, why: str) -> None:
    """What every workspace has already cannot be made, and a word of SQL needs backticks in every statement."""
    edit(workspaces / "dev.yaml", "catalog: dev\n", f"catalog: {catalog}\n")
    expected = f"dev.yaml:3: catalog: given '{catalog.strip(chr(39))}'; allowed lower-case letters"
    assert [p for p in _problems(workspaces) if p.startswith(expected) and why in p]


@pytest.mark.parametrize(
    ("group", "whose"),
    [
        ("prod-owners", "the platform"),
        ("dev-credit-source-readers", "the platform"),
        ("staging-credit-clear-readers", "the platform"),
        ("dev-deployer", "the platform"),
        ("prod-credit-ingest", "the platform"),
        ("admins", "Databricks"),
        ("users", "Databricks"),
    ],
)
def test_a_group_has_a_name_of_its_own(workspaces: Path, group: str, whose: str) -> None:
    """Groups and principals that the stacks make, and those that Databricks has, are not declared again."""
    edit(workspaces / "platform.yaml", "groups:\n", f"groups:\n  {group}: {{comment: x}}\n")
    expected = f"groups.{group}: given '{group}'; allowed a name that {whose} does not give itself; choose another name"
    assert [p for p in _problems(workspaces) if p.endswith(expected)]


def test_the_shipped_workspaces_are_taken_as_written() -> None:
    """None of these rules meets what is shipped."""
    assert _environments(load(WORKSPACES)) == ["dev", "prod", "staging"]


def _kinds(annotation: Any) -> Iterator[type]:
    """The types that an annotation is made of, without what a literal holds."""
    inner = [part for part in get_args(annotation) if isinstance(part, type) or get_args(part)]
    if isinstance(annotation, type) and not inner:
        yield annotation
    for part in inner:
        yield from _kinds(part)


def _strict(field: Any) -> bool:
    # pydantic moves what `Annotated` says of the outermost type into `metadata`.
    return "strict=True" in repr((field.annotation, field.metadata))


def _models(model: type[Values], seen: set[type]) -> list[type[Values]]:
    """`model` and every group of settings below it."""
    if model in seen:
        return []
    seen.add(model)
    kinds = [kind for field in model.model_fields.values() for kind in _kinds(field.annotation)]
    return [model, *(below for kind in kinds if issubclass(kind, Values) for below in _models(kind, seen))]
