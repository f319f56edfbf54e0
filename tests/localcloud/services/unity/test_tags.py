"""Tags on columns, and the policies that say what a tag may be."""

import pytest
from databricks.sdk.errors import BadRequest, NotFound, PermissionDenied, ResourceAlreadyExists
from databricks.sdk.service import catalog as uc
from databricks.sdk.service import tags as sdk

from tests.localcloud.core import Core

COLUMN = "prod.credit_gold.tagged.limit_bal"


@pytest.fixture
def tagged(lake: Core) -> Core:
    """A lake with a table that has the column `limit_bal`."""
    column = {"name": "limit_bal", "type_text": "double", "type_name": "DOUBLE", "position": 0}
    body = {"catalog_name": "prod", "schema_name": "credit_gold", "name": "tagged", "columns": [column]}
    answer = lake.call("POST", f"{lake.url('prod')}/api/2.1/unity-catalog/tables", json=body)
    assert answer.status_code == 200, answer.text
    return lake


def _tag(value: str = "double", key: str = "sensitive") -> uc.EntityTagAssignment:
    return uc.EntityTagAssignment(entity_type="columns", entity_name=COLUMN, tag_key=key, tag_value=value)


def test_a_tag_lives_and_dies(tagged: Core) -> None:
    """Assigned, read, listed, changed and deleted."""
    tags = tagged.admin().entity_tag_assignments
    assert tags.create(_tag()).tag_value == "double"
    assert tags.get("columns", COLUMN, "sensitive").tag_value == "double"
    assert tags.update("columns", COLUMN, "sensitive", _tag("record"), "tag_value").tag_value == "record"
    assert [(each.tag_key, each.tag_value) for each in tags.list("columns", COLUMN)] == [("sensitive", "record")]
    tags.delete("columns", COLUMN, "sensitive")
    with pytest.raises(NotFound):
        tags.get("columns", COLUMN, "sensitive")
    with pytest.raises(NotFound):
        tags.update("columns", COLUMN, "sensitive", _tag(), "tag_value")


def test_a_tag_is_not_for_who_has_no_right(tagged: Core) -> None:
    """Neither to set nor to read, and nothing tells whether the column is there."""
    tagged.application("runner")
    tags = tagged.sdk("runner").entity_tag_assignments
    with pytest.raises(PermissionDenied):
        tags.create(_tag())
    for column in (COLUMN, f"{COLUMN}_other"):
        with pytest.raises(PermissionDenied):
            tags.get("columns", column, "sensitive")


def test_a_policy_says_which_values_a_tag_may_have(tagged: Core) -> None:
    """Others are refused while it holds; it is read, listed, changed and lifted."""
    admin = tagged.admin()
    policy = sdk.TagPolicy("sensitive", description="how", values=[sdk.Value("double")])
    assert admin.tag_policies.create_tag_policy(policy).id
    with pytest.raises(ResourceAlreadyExists):
        admin.tag_policies.create_tag_policy(policy)
    with pytest.raises(BadRequest, match="Tag value 'int' is not allowed by the policy of tag 'sensitive': double"):
        admin.entity_tag_assignments.create(_tag("int"))
    wider = sdk.TagPolicy("sensitive", values=[sdk.Value("double"), sdk.Value("int")])
    changed = admin.tag_policies.update_tag_policy("sensitive", wider, "values")
    assert (changed.description, changed.values) == ("how", wider.values)
    assert admin.tag_policies.get_tag_policy("sensitive").values == wider.values
    assert admin.entity_tag_assignments.create(_tag("int")).tag_value == "int"
    assert [each.tag_key for each in admin.tag_policies.list_tag_policies()] == ["sensitive"]
    admin.tag_policies.delete_tag_policy("sensitive")
    with pytest.raises(NotFound):
        admin.tag_policies.get_tag_policy("sensitive")


def test_a_policy_that_cannot_be_is_refused(core: Core) -> None:
    """Every problem at once; and only admins make one."""
    doubled = sdk.TagPolicy("", values=[sdk.Value("a"), sdk.Value("a"), sdk.Value("")])
    with pytest.raises(BadRequest, match="Missing required field"):
        core.admin().tag_policies.create_tag_policy(doubled)
    doubled.tag_key = "k" * 257
    with pytest.raises(BadRequest, match=r"has 3 problem.*value 'a' is there twice"):
        core.admin().tag_policies.create_tag_policy(doubled)
    core.application("runner")
    with pytest.raises(PermissionDenied):
        core.sdk("runner").tag_policies.create_tag_policy(sdk.TagPolicy("k"))
