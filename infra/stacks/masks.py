"""The stack `<env>-masks`: masks on sensitive columns for all principals without a right to them.

It refers to functions and tables that the first task of the ingest job creates. That task needs no files, so run the
job once and deploy this before the first file arrives: then no sensitive row is ever without its mask.
"""

from infra import names
from infra.access.grants import Grant
from infra.access.hidden import hidden, unmasked_table
from infra.cdktf_seam import Resource, Scope
from infra.constructs.stack import StackProps, databricks_stack
from infra.constructs.unity_catalog.grants import GrantsProps, grants
from infra.constructs.unity_catalog.masks import (
    GovernedTagProps,
    HidingPolicyProps,
    TaggedColumnProps,
    governed_tag,
    hiding_policy,
    tagged_column,
)
from infra.spec import Environment, Spec
from ml.declarations import Hidden, Layer, hiding_function


def masks_stack(app: Scope, spec: Spec, environment: Environment) -> None:
    """The tag of `environment`, its columns, and the policies of every use case."""
    props = StackProps(
        platform=spec.platform,
        host=environment.workspace.url,
        environment=environment.name,
        protect=environment.protect_data,
    )
    stack = databricks_stack(app, f"{environment.name}-masks", props)
    columns = {name: hidden(spec, environment, name) for name in environment.use_cases}
    tag = GovernedTagProps(
        key=names.sensitive_tag(environment.name),
        values=tuple(sorted({column.how for found in columns.values() for column in found})),
        account_id=spec.platform.account.id,
        owners=names.owners(environment.name),
    )
    tagging = governed_tag(stack, "tag", tag)
    for name, found in columns.items():
        _policies(stack, environment, name, found, tagging)
        _tags(stack, environment, name, found, tagging)
        _unmasked(stack, spec, environment, name)


def _schema(environment: Environment, use_case: str, layer: Layer) -> str:
    return f"{environment.catalog}.{names.schema(use_case, layer)}"


def _policies(
    stack: Scope, environment: Environment, use_case: str, columns: tuple[Hidden, ...], after: Resource
) -> None:
    """One per schema and kind of mask: a mask's function takes the type of the columns that it masks."""
    for layer, how in dict.fromkeys((column.layer, column.how) for column in columns):
        props = HidingPolicyProps(
            schema=_schema(environment, use_case, layer),
            key=names.sensitive_tag(environment.name),
            how=how,
            function=f"{_schema(environment, use_case, Layer.OPS)}.{hiding_function(how)}",
            seen_by=names.clear_readers(environment.name, use_case),
            after=after,
        )
        hiding_policy(stack, f"{names.schema(use_case, layer)}-{how}", props)


def _tags(stack: Scope, environment: Environment, use_case: str, columns: tuple[Hidden, ...], after: Resource) -> None:
    for column in columns:
        place = f"{names.schema(use_case, column.layer)}.{column.table}.{column.column}"
        props = TaggedColumnProps(
            column=f"{environment.catalog}.{place}",
            key=names.sensitive_tag(environment.name),
            value=column.how,
            after=after,
        )
        tagged_column(stack, place.replace(".", "-"), props)


def _unmasked(stack: Scope, spec: Spec, environment: Environment, use_case: str) -> None:
    """Readers of the feature table without sensitive columns. Ingest creates the table."""
    table = unmasked_table(spec, environment, use_case)
    if table is not None:
        readers = Grant(principal=names.unmasked_readers(environment.name, use_case), privileges=("SELECT",))
        props = GrantsProps(securable="table", name=table.full_name(environment.catalog, use_case), grants=(readers,))
        grants(stack, f"{use_case}-{table.name}-grants", props)
