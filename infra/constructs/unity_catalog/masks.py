"""Masking of sensitive columns: a governed tag, the columns that carry it, and a policy with a mask function."""

from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope, databricks
from ml.declarations import RECORD

# Everyone who is not excepted. A policy only restricts, so naming all users grants nothing.
_EVERYBODY = "account users"


@dataclass(frozen=True, kw_only=True)
class GovernedTagProps:
    """`values` are all allowed values. Only the group `owners` may set the tag on a column or remove it."""

    key: str
    values: tuple[str, ...]
    account_id: str
    owners: str


def governed_tag(scope: Scope, id_: str, props: GovernedTagProps) -> Resource:
    """The tag and its complete rules. Returns the rules: a tag can be set only once they allow the owners to."""
    binding = databricks.tag_policy
    made = binding.TagPolicy(
        scope,
        id_,
        tag_key=props.key,
        description="A column that policies hide; the value says how.",
        values=[binding.TagPolicyValues(name=value) for value in props.values],
    )
    rules = databricks.access_control_rule_set
    return rules.AccessControlRuleSet(
        scope,
        f"{id_}-rules",
        name=f"accounts/{props.account_id}/tagPolicies/{made.id}/ruleSets/default",
        grant_rules=[
            rules.AccessControlRuleSetGrantRules(principals=[f"groups/{props.owners}"], role=f"roles/tagPolicy.{role}")
            for role in ("assigner", "manager")
        ],
    )


@dataclass(frozen=True, kw_only=True)
class TaggedColumnProps:
    """`column` is its full name; `tag` must exist first."""

    column: str
    key: str
    value: str
    after: Resource


def tagged_column(scope: Scope, id_: str, props: TaggedColumnProps) -> None:
    """The tag on one column of a table that a job created."""
    databricks.entity_tag_assignment.EntityTagAssignment(
        scope,
        id_,
        entity_type="columns",
        entity_name=props.column,
        tag_key=props.key,
        tag_value=props.value,
        depends_on=[props.after],
    )


@dataclass(frozen=True, kw_only=True)
class HidingPolicyProps:
    """Masks columns in `schema` whose tag `key` has the value `how`, with `function`, for everyone except `seen_by`.

    Schema and function are full names.
    """

    schema: str
    key: str
    how: str
    function: str
    seen_by: str
    after: Resource


def hiding_policy(scope: Scope, id_: str, props: HidingPolicyProps) -> None:
    """A column mask, or for whole records a row filter, on every table of a schema with such columns."""
    binding, alias = databricks.policy_info, "hidden"
    if props.how == RECORD:
        using = [binding.PolicyInfoRowFilterUsing(alias=alias)]
        action = {"row_filter": binding.PolicyInfoRowFilter(function_name=props.function, using=using)}
    else:
        action = {"column_mask": binding.PolicyInfoColumnMask(function_name=props.function, on_column=alias)}
    binding.PolicyInfo(
        scope,
        id_,
        name=f"hide_{props.how}",
        comment=f"Sensitive, but not from {props.seen_by}.",
        policy_type="POLICY_TYPE_ROW_FILTER" if props.how == RECORD else "POLICY_TYPE_COLUMN_MASK",
        on_securable_type="SCHEMA",
        on_securable_fullname=props.schema,
        for_securable_type="TABLE",
        to_principals=[_EVERYBODY],
        except_principals=[props.seen_by],
        match_columns=[
            binding.PolicyInfoMatchColumns(condition=f"hasTagValue('{props.key}', '{props.how}')", alias=alias)
        ],
        depends_on=[props.after],
        **action,
    )
