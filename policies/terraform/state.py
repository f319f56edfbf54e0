"""The prior state inside a plan: all resources and data sources before it."""

from collections.abc import Iterator, Mapping
from typing import Any


def prior_resources(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Resources and data sources of all modules in the state; none if the plan has no state."""
    state = document.get("prior_state")
    values = state.get("values") if isinstance(state, Mapping) else None
    modules = [values.get("root_module")] if isinstance(values, Mapping) else []
    while modules:
        module = modules.pop()
        if isinstance(module, Mapping):
            modules.extend(module.get("child_modules") or ())
            yield from (item for item in module.get("resources") or () if isinstance(item, Mapping))
