"""Builds the checks' documents from synthesized JSON (`cdk.tf.json`) and from plan JSON (`terraform show -json`)."""

from collections.abc import Mapping
from typing import Any

from policies.checks.engine.document import Document
from policies.checks.engine.values import Block
from policies.checks.engine.versions import versions_in
from policies.errors import PlanError
from policies.terraform.change import Change
from policies.terraform.configuration import Configured
from policies.terraform.plan import Plan, read_plan
from policies.terraform.state import prior_resources
from policies.terraform.synthesized import UnreadableDocument, read_synthesized

# A value known after the apply, without a reference in the plan.
_COMPUTED = "${computed}"
# Blocks of permissions, or of tasks: if wholly unknown, they come from a `dynamic` block, which no plan shows.
_STATED = frozenset({
    "access_control", "access_policy", "grant", "grant_rules", "job_cluster", "oidc_policy", "parameter",
    "privilege_assignments", "task",
})  # fmt: skip


def document_of(raw: Mapping[str, Any], stack: str = "") -> Document:
    """The document of a plan or a synthesized stack. Raises UnreadableDocument if it is neither."""
    if "resource_changes" in raw or "planned_values" in raw or "format_version" in raw:
        return document_of_plan(_read(stack, raw))
    if "resource" in raw or "terraform" in raw or "provider" in raw:
        return _synthesized(raw, stack)
    raise UnreadableDocument(
        f"top-level keys are {', '.join(sorted(map(str, raw))[:8]) or 'none'}; allowed: those of a plan "
        "(terraform show -json) or of Terraform's JSON syntax (cdk.tf.json)"
    )


def _read(stack: str, raw: Mapping[str, Any]) -> Plan:
    try:
        return read_plan(stack or "the plan", raw)
    except PlanError as error:
        raise UnreadableDocument(str(error)) from error


def _synthesized(raw: Mapping[str, Any], stack: str) -> Document:
    found = read_synthesized(raw, stack)
    if found.modules:
        raise UnreadableDocument("the document calls modules, whose resources only a plan shows; name the plan's JSON")
    document = Document(stack=found.stack, hosts=found.hosts)
    for item in found.resources:
        document.add(document.resources, f"{item.type}.{item.name}", item.type, item.name, Block(item.values))
    for item in found.data:
        document.add(document.data, f"data.{item.type}.{item.name}", item.type, item.name, Block(item.values))
    for name, blocks in found.providers.items():
        for number, block in enumerate(blocks):
            _add_provider(document, name, str(block.get("alias", number or "")), block)
    document.versions = versions_in(found.terraform)
    return document


def _add_provider(document: Document, name: str, alias: str, values: Mapping[str, Any]) -> None:
    """A provider's block, as a resource of the type `provider.<name>`."""
    type_ = f"provider.{name}"
    document.add(document.resources, f"{type_}.{alias}".removesuffix("."), type_, alias, Block(values))


def document_before(plan: Plan) -> Document:
    """The document of the state before the plan, with the plan's addresses."""
    document = Document(stack=plan.stack, has_lifecycle=False)
    for change in plan.resources:
        if change.mode == "managed" and not change.deposed and isinstance(change.before, Mapping):
            document.add(document.resources, change.address, change.type, change.name, Block(change.before))
    _add_surroundings(document, plan)
    return document


def document_of_plan(plan: Plan) -> Document:
    """The document of a parsed plan, without destroyed and deposed objects.

    Raises UnreadableDocument if Terraform ended with an error: the plan is incomplete, and would pass too easily.
    """
    if plan.errored:
        raise UnreadableDocument("the plan is errored; make the plan again")
    document = Document(stack=plan.stack, has_lifecycle=False)
    for change in plan.resources:
        _add_change(document, change, plan.configuration.of(change.address))
    _add_surroundings(document, plan)
    return document


def _add_surroundings(document: Document, plan: Plan) -> None:
    """Data sources, providers, their hosts and versions."""
    providers = plan.configuration.providers
    hosts = (_literal(provider.expressions.get("host")) for provider in providers)
    document.hosts = tuple(str(host) for host in hosts if host)
    for item in prior_resources(plan.document):
        if item.get("mode") == "data":
            document.add(document.data, item["address"], item["type"], item["name"], Block(_mapping(item, "values")))
    versions: dict[str, tuple[str, ...]] = {}
    for provider in providers:
        versions[provider.name] = (*versions.get(provider.name, ()), *([provider.version] if provider.version else []))
        _add_provider(document, provider.name, provider.alias, _literals(provider.expressions))
    document.versions = versions


def _literals(expressions: Mapping[str, Any]) -> dict[str, Any]:
    """The literals of the configuration; computed values as expressions."""
    return {name: _literal(value) for name, value in expressions.items()}


def _literal(expression: Any) -> Any:
    if isinstance(expression, Mapping) and "constant_value" in expression:
        return expression["constant_value"]
    return _COMPUTED if isinstance(expression, Mapping) else None


def _add_change(document: Document, change: Change, configured: Configured | None) -> None:
    if change.mode != "managed" or not isinstance(change.after, Mapping):
        return
    values = _merged(change.after, change.unknown, configured.expressions if configured else {})
    hidden = [name for name in _STATED if name in values and values[name] is None]
    values = {**values, **dict.fromkeys(hidden, _COMPUTED)} if hidden else values
    document.add(document.resources, change.address, change.type, change.name, Block(values))


def _merged(after: Any, unknown: Any, expression: Any) -> Any:
    """Planned values, with the expression for unknown ones; unset values are left out."""
    if not unknown:
        return after
    if unknown is True:
        references = expression.get("references") if isinstance(expression, Mapping) else None
        # An expression without a reference, such as a call, is computed too; without any expression, the provider fills
        # it in.
        return f"${{{references[0]}}}" if references else (_COMPUTED if expression is not None else None)
    if isinstance(after, Mapping) or isinstance(unknown, Mapping):
        own, hidden = _mapping(after, None), _mapping(unknown, None)
        given = _mapping(expression, None)
        return {key: _merged(own.get(key), hidden.get(key), given.get(key)) for key in {**own, **hidden}}
    if isinstance(after, list) or isinstance(unknown, list):
        own_list, hidden_list = list(after or []), list(unknown or [])
        length = max(len(own_list), len(hidden_list))
        return [_merged(_nth(own_list, n), _nth(hidden_list, n), _nth_expression(expression, n)) for n in range(length)]
    return after


def _nth(items: list[Any], n: int) -> Any:
    return items[n] if n < len(items) else None


def _nth_expression(expression: Any, n: int) -> Any:
    """The expression of the n-th of several blocks; one expression for a whole list counts for each of its items."""
    return _nth(expression, n) if isinstance(expression, list) else expression


def _mapping(raw: Any, key: str | None) -> Mapping[str, Any]:
    """`raw`, or its value at `key`, if that is a mapping; else an empty one."""
    found = raw if key is None else (raw.get(key) if isinstance(raw, Mapping) else None)
    return found if isinstance(found, Mapping) else {}
