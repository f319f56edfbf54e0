"""A new use case is enabled by lines of its own; everything else in the files stays as it is."""

import difflib
import shutil
from pathlib import Path

import pytest
import yaml

from cli.errors import CommandError
from cli.new_usecase.workspaces import changed, enabled, paged
from cli.paths import ROOT

_PROD = (ROOT / "workspaces" / "prod.yaml").read_text(encoding="utf-8")


def _removed(before: str, after: str) -> list[str]:
    return [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line.startswith("- ")]


@pytest.mark.parametrize("serving", [False, True])
def test_only_lines_are_added(serving: bool) -> None:
    """Comments and what follows the use cases stay; the others are as they were."""
    after = enabled(_PROD, "loans", serving=serving)
    assert _removed(_PROD, after) == []
    before, now = yaml.safe_load(_PROD), yaml.safe_load(after)
    assert list(now["use_cases"]) == [*before["use_cases"], "loans"]
    added = now["use_cases"].pop("loans")
    assert now == before
    assert set(added["jobs"]) == set(before["use_cases"]["credit"]["jobs"])


def test_without_an_endpoint_nobody_may_ask_one() -> None:
    """Neither the endpoint nor the grants that its stack gives; with one, both are like the first use case's."""
    first = yaml.safe_load(_PROD)["use_cases"]["credit"]
    without = yaml.safe_load(enabled(_PROD, "loans", serving=False))["use_cases"]["loans"]
    assert "serving" not in without
    rights = {right for group in without["access"].values() for right in group}
    assert not {"endpoint", "predictions"} & rights
    assert "analysts" not in without["access"]
    served = yaml.safe_load(enabled(_PROD, "loans", serving=True))["use_cases"]["loans"]
    assert (served["serving"], served["access"]) == (first["serving"], first["access"])


def test_a_gpu_is_not_asked_for() -> None:
    """A new use case starts on small machines."""
    jobs = yaml.safe_load(enabled(_PROD, "loans", serving=False))["use_cases"]["loans"]["jobs"]
    assert jobs["training"] == {"schedule": "active"}


def test_the_block_at_the_end_of_a_file_is_found() -> None:
    """Also without a line after it."""
    text = "name: x\nuse_cases:\n  credit:\n    jobs: {promotion: {}}"
    assert list(yaml.safe_load(enabled(f"{text}\n", "loans", serving=False))["use_cases"]) == ["credit", "loans"]


def test_an_environment_without_use_cases_is_left_to_a_person() -> None:
    """There is nothing that the new one could be like."""
    with pytest.raises(CommandError, match="it runs no use case to copy from: add the new one by hand"):
        enabled("name: x\nuse_cases: {}\n", "loans", serving=False)


def test_its_page_has_a_place() -> None:
    """In a section of its own, which the first one opens."""
    pages = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    twice = paged(paged(pages, "loans"), "cards")
    listed = next(part for part in yaml.safe_load(twice)["nav"] if "Use cases" in part)["Use cases"]
    assert {"usecases/cards.md", "usecases/loans.md"} <= set(listed)
    assert _removed(pages, twice) == []


def test_every_environment_has_it() -> None:
    """And the platform, which all share, is as it was."""
    assert sorted(changed(ROOT, "loans", serving=False)) == [
        "mkdocs.yml",
        *(f"workspaces/{env}.yaml" for env in ("dev", "prod", "staging")),
    ]


def test_wrong_environments_are_left_to_a_person(tmp_path: Path) -> None:
    """Every mistake of every file, with its line and what to change; nothing is written."""
    shutil.copytree(ROOT / "workspaces", tmp_path / "workspaces")
    for env, old, new in (("dev", "\nname: dev\n", "\nnam: dev\n"), ("prod", "use_cases:\n", "use_cases: 3\nold:\n")):
        file = tmp_path / "workspaces" / f"{env}.yaml"
        text = file.read_text(encoding="utf-8")
        assert old in f"\n{text}"
        file.write_text(f"\n{text}".replace(old, new, 1)[1:], encoding="utf-8")
    with pytest.raises(CommandError) as refused:
        changed(tmp_path, "loans", serving=False)
    assert {(line.split(":")[0].strip(), line.split(": ")[1]) for line in refused.value.message.splitlines()[1:]} == {
        ("dev.yaml", "nam"),
        ("dev.yaml", "name"),
        ("prod.yaml", "old"),
        ("prod.yaml", "use_cases"),
    }
