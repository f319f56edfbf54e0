"""A synthesized stack (`cdk.tf.json`), read once for the scan, the plan review and the access review."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Values = Mapping[str, Any]
# Top-level keys of Terraform's JSON syntax, besides modules.
_SYNTAX = (
    *("//", "terraform", "provider", "resource", "data", "variable", "locals", "output"),
    *("import", "moved", "removed", "check", "ephemeral", "action"),
)


class UnreadableDocument(ValueError):  # noqa: N818 - it names what was given, as the plan review shows it
    """Neither a plan nor a synthesized stack, or in a format that this version does not support."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """One block as in the document: loops are not expanded, references are not resolved."""

    type: str
    name: str
    values: Values


@dataclass(frozen=True, kw_only=True)
class Synthesized:
    """One stack.

    `providers` are the blocks of each, `modules` the names of the modules that it calls: their resources are in none of
    the parts here.
    """

    stack: str
    resources: tuple[Written, ...] = ()
    data: tuple[Written, ...] = ()
    providers: Mapping[str, tuple[Values, ...]] = field(default_factory=dict)
    modules: tuple[str, ...] = ()
    locals: Values = field(default_factory=dict)
    terraform: Any = None

    @property
    def hosts(self) -> tuple[str, ...]:
        """The addresses of the Databricks workspaces or accounts that it deploys to."""
        return tuple(str(one["host"]) for one in self.providers.get("databricks", ()) if "host" in one)


def read_synthesized(raw: Values, stack: str = "") -> Synthesized:
    """The stack in `raw`, under its own name if `stack` gives none.

    Raises UnreadableDocument for an unsupported part that may contain resources: it would count as absent.
    """
    if unknown := sorted(map(str, raw.keys() - {*_SYNTAX, "module"})):
        raise UnreadableDocument(
            f"top-level keys {', '.join(unknown)[:200]} are not read; read are {', '.join(_SYNTAX)}"
        )
    providers = _object(raw.get("provider", {}), "provider")
    return Synthesized(
        stack=stack or _own_name(raw),
        resources=_written(raw, "resource"),
        data=_written(raw, "data"),
        providers={name: _listed(blocks) for name, blocks in providers.items()},
        modules=tuple(_object(raw.get("module") or {}, "module")),
        locals=_object(raw.get("locals") or {}, "locals"),
        terraform=raw.get("terraform"),
    )


def _own_name(raw: Values) -> str:
    note = raw.get("//")
    metadata = note.get("metadata") if isinstance(note, Mapping) else None
    return str(metadata.get("stackName", "")) if isinstance(metadata, Mapping) else ""


def _written(raw: Values, part: str) -> tuple[Written, ...]:
    return tuple(
        Written(type=kind, name=name, values=_object(values, f"{part}.{kind}.{name}"))
        for kind, named in _object(raw.get(part, {}), part).items()
        for name, values in _object(named, f"{part}.{kind}").items()
    )


def _object(found: Any, place: str) -> Values:
    """The mapping at `place`. Terraform also accepts a list, but checkov does not: it would count as absent."""
    if isinstance(found, Mapping):
        return found
    raise UnreadableDocument(f"{place} is a {type(found).__name__}, a form that is not read; write it as one object")


def _listed(raw: Any) -> tuple[Values, ...]:
    """The mappings in `raw`, which may be one or a list of them."""
    items = raw if isinstance(raw, list) else [raw]
    return tuple(item for item in items if isinstance(item, Mapping))
