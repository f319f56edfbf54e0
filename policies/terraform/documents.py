"""Documents of the checks, from synthesized JSON (`cdk.tf.json`) and from plan JSON (`terraform show -json`)."""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.checks.core.document import Document
from policies.checks.core.values import Block
from policies.checks.core.versions import versions_in

# Major version of plan JSON that this reads; Terraform raises it when a reader must change.
_PLAN_FORMAT = "1"
# What is known after the apply, where the plan does not say what it refers to.
_COMPUTED = "${computed}"
# Blocks that say who gets what, or run: unknown as a whole, they come from a `dynamic` block, which no plan shows.
_STATED = frozenset({
    "access_control", "access_policy", "grant", "grant_rules", "job_cluster", "oidc_policy", "parameter",
    "privilege_assignments", "task",
})  # fmt: skip


class UnreadableDocument(ValueError):  # noqa: N818 - it names what was given, as the plan review shows it
    """Neither a plan nor a synthesized stack, or of a format that this version does not read."""


def document_of(raw: Mapping[str, Any], stack: str = "") -> Document:
    """The document of a plan or a synthesized stack. Raises UnreadableDocument where it is neither."""
    if "resource_changes" in raw or "planned_values" in raw or "format_version" in raw:
        return _plan(raw, stack)
    if "resource" in raw or "terraform" in raw or "provider" in raw:
        return _synthesized(raw, stack)
    raise UnreadableDocument(
        f"top-level keys are {', '.join(sorted(map(str, raw))[:8]) or 'none'}; allowed: those of a plan "
        "(terraform show -json) or of Terraform's JSON syntax (cdk.tf.json)"
    )


def _synthesized(raw: Mapping[str, Any], stack: str) -> Document:
    hosts = [str(one["host"]) for one in _listed(_mapping(raw, "provider").get("databricks")) if "host" in one]
    note = raw.get("//")
    metadata = note.get("metadata") if isinstance(note, Mapping) else None
    named = metadata.get("stackName", "") if isinstance(metadata, Mapping) else ""
    document = Document(stack=stack or str(named), hosts=tuple(hosts))
    for kind, items, prefix in ((document.resources, "resource", ""), (document.data, "data", "data.")):
        for type_, by_name in _mapping(raw, items).items():
            for name, values in _mapping(by_name, None).items():
                document.add(kind, f"{prefix}{type_}.{name}", type_, name, Block(_mapping(values, None)))
    for name, blocks in _mapping(raw, "provider").items():
        for number, block in enumerate(_listed(blocks)):
            _add_provider(document, str(name), str(block.get("alias", number or "")), block)
    document.versions = versions_in(raw.get("terraform"))
    return document


def _add_provider(document: Document, name: str, alias: str, values: Mapping[str, Any]) -> None:
    """A provider's block, as a resource of the type `provider.<name>`."""
    type_ = f"provider.{name}"
    document.add(document.resources, f"{type_}.{alias}".removesuffix("."), type_, alias, Block(values))


def _plan(raw: Mapping[str, Any], stack: str) -> Document:
    version = str(raw.get("format_version", ""))
    if version.partition(".")[0] != _PLAN_FORMAT:
        raise UnreadableDocument(f"plan format_version is {version or 'not set'}; allowed: {_PLAN_FORMAT}.x")
    planned = _mapping(_mapping(raw, "planned_values"), "root_module")
    # Terraform leaves the list out only where the plan holds no resource at all.
    if not isinstance(raw.get("resource_changes", None if planned else []), list) or raw.get("errored"):
        raise UnreadableDocument("the plan is errored, or its resource_changes is no list; make the plan again")
    configured = dict(_configured(_mapping(_mapping(raw, "configuration"), "root_module"), ""))
    document = Document(stack=stack, has_lifecycle=False, hosts=tuple(_hosts(raw)))
    for change in raw.get("resource_changes", []):
        _add_change(document, change, configured)
    for item in _prior_data(_mapping(_mapping(_mapping(raw, "prior_state"), "values"), "root_module")):
        document.add(document.data, item["address"], item["type"], item["name"], Block(_mapping(item, "values")))
    versions: dict[str, tuple[str, ...]] = {}
    for provider in _mapping(_mapping(raw, "configuration"), "provider_config").values():
        name, constraint = str(_mapping(provider, None).get("name")), _mapping(provider, None).get("version_constraint")
        versions[name] = (*versions.get(name, ()), *([str(constraint)] if constraint else []))
        written = _literals(_mapping(_mapping(provider, None), "expressions"))
        _add_provider(document, name, str(_mapping(provider, None).get("alias") or ""), written)
    document.versions = versions
    return document


def _literals(expressions: Mapping[str, Any]) -> dict[str, Any]:
    """What the configuration writes as it is; what it computes, as an expression."""
    return {name: _literal(value) for name, value in expressions.items()}


def _literal(expression: Any) -> Any:
    if isinstance(expression, Mapping) and "constant_value" in expression:
        return expression["constant_value"]
    return _COMPUTED if isinstance(expression, Mapping) else None


def _add_change(document: Document, item: Mapping[str, Any], configured: Mapping[str, Any]) -> None:
    change = _mapping(item, "change")
    if item.get("mode") != "managed" or not isinstance(change.get("after"), Mapping):
        return
    address, type_, name = str(item["address"]), str(item["type"]), str(item["name"])
    expressions = configured.get(_unindexed(address), {})
    values = _merged(change["after"], change.get("after_unknown"), expressions)
    hidden = [name for name in _STATED & set(values) if values[name] is None]
    values = {**values, **dict.fromkeys(hidden, _COMPUTED)}
    document.add(document.resources, address, type_, name, Block(values))


def _merged(after: Any, unknown: Any, expression: Any) -> Any:
    """Planned values, with the expression where the value is not known; what nobody set is left out."""
    if unknown is True:
        references = expression.get("references") if isinstance(expression, Mapping) else None
        # An expression without a reference, such as a call, is computed too; without any, the provider fills it in.
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


def _configured(module: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for item in _listed(module.get("resources")):
        yield prefix + str(item.get("address")), item.get("expressions", {})
    for name, call in _mapping(module, "module_calls").items():
        yield from _configured(_mapping(_mapping(call, None), "module"), f"{prefix}module.{name}.")


def _prior_data(module: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from (item for item in _listed(module.get("resources")) if item.get("mode") == "data")
    for child in _listed(module.get("child_modules")):
        yield from _prior_data(child)


def _hosts(raw: Mapping[str, Any]) -> Iterator[str]:
    for provider in _mapping(_mapping(raw, "configuration"), "provider_config").values():
        host = _mapping(_mapping(_mapping(provider, None), "expressions"), "host").get("constant_value")
        if host:
            yield str(host)


def _unindexed(address: str) -> str:
    """The address without its indices, as the configuration names it: `module.a["x"].b.c[0]` is `module.a.b.c`."""
    out, depth, quoted = [], 0, False
    for letter in address:
        if letter == '"':
            quoted = not quoted
        depth += (letter == "[" and not quoted) - (letter == "]" and not quoted)
        if depth == 0 and letter != "]":
            out.append(letter)
    return "".join(out)


def _mapping(raw: Any, key: str | None) -> Mapping[str, Any]:
    """`raw`, or what it holds at `key`, where that is a mapping; else an empty one."""
    found = raw if key is None else (raw.get(key) if isinstance(raw, Mapping) else None)
    return found if isinstance(found, Mapping) else {}


def _listed(raw: Any) -> list[Mapping[str, Any]]:
    """The mappings in `raw`, which may be one or a list of them."""
    items = raw if isinstance(raw, list) else [raw]
    return [item for item in items if isinstance(item, Mapping)]
