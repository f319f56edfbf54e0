"""A synthesized stack is read once: the scan and the access review see the same, and refuse the same."""

import json
from pathlib import Path
from typing import Any

import pytest

from policies.access.stacks import read_stacks, stack_of
from policies.errors import DocumentError
from policies.terraform.documents import document_of
from policies.terraform.synthesized import UnreadableDocument, read_synthesized

_GROUP = {"databricks_group": {"g": {"display_name": "eng"}}}


def test_both_reviews_see_the_same_resources(stacks: dict[str, dict[str, Any]]) -> None:
    """Every resource and data source of the shipped stacks, none of which has a loop."""
    for name, raw in stacks.items():
        document, stack = document_of(raw, name), stack_of(name, raw)
        assert [item.address for item in document.resources if not item.type.startswith("provider.")] == [
            f"{item.type}.{item.id}" for item in stack.resources
        ]
        assert [item.address for item in document.data] == [f"data.{item.type}.{item.id}" for item in stack.sources]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"resource": [_GROUP]}, "resource is a list"),
        ({"resource": {"databricks_group": {"g": [{"display_name": "eng"}]}}}, "resource.databricks_group.g is a list"),
        ({"resource": _GROUP, "data": []}, "data is a list"),
        ({"resource": _GROUP, "provider": ["databricks"]}, "provider is a list"),
        ({"resource": _GROUP, "resources": {}}, "top-level keys resources are not read"),
    ],
)
def test_both_refuse_a_form_that_is_not_read(tmp_path: Path, raw: dict[str, Any], said: str) -> None:
    """Nothing in it counts as absent: not for the scan, and not for who may do what."""
    for read in (document_of, lambda one, name: stack_of(name, one)):
        with pytest.raises(UnreadableDocument, match=said):
            read(raw, "prod")
    file = tmp_path / "stacks" / "prod" / "cdk.tf.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(raw))
    with pytest.raises(DocumentError, match=said):
        read_stacks(tmp_path)


def test_modules_are_named() -> None:
    """The scan refuses the stack; the access review shows that a module may give anybody anything."""
    raw = {"resource": _GROUP, "module": {"grants": {"source": "./grants"}}}
    assert read_synthesized(raw, "prod").modules == ("grants",)
    assert stack_of("prod", raw).modules == ("prod: module.grants",)
    with pytest.raises(UnreadableDocument, match="calls modules"):
        document_of(raw, "prod")


def test_the_workspace_is_that_of_the_first_host_with_an_id() -> None:
    """An account's provider names none."""
    hosts = [{"host": "https://accounts.azuredatabricks.net"}, {"host": "https://adb-12.3.azuredatabricks.net"}]
    assert stack_of("prod", {"provider": {"databricks": hosts}}).workspace_id == 12
    assert stack_of("prod", {"provider": {"databricks": hosts[:1]}}).workspace_id is None
