"""How to break what each rule guards: one breakage per rule, of resources that the shipped stacks really hold."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Arguments = dict[str, Any]
Stack = dict[str, Any]
# Changes the arguments of a resource, or the stack around it.
Change = Callable[[Arguments, Stack], None]


@dataclass(frozen=True)
class Breakage:
    """`change` breaks every resource of `type` for which `where` holds.

    `stacks` is how the names of the stacks begin whose resources are meant.
    `added` are the arguments of a resource that is put into the stacks first, where they rightly hold none of the type.
    """

    type: str
    change: Change
    where: Callable[[Arguments], bool] = field(default=lambda _: True)
    added: Mapping[str, Any] | None = None
    stacks: str = ""


def put(path: str, value: Any) -> Change:
    """Set the argument at `path`, through the first of several blocks, making blocks on the way."""

    def change(arguments: Arguments, _: Stack) -> None:
        *parents, last = path.split(".")
        _inner(arguments, parents)[last] = value

    return change


def drop(*paths: str) -> Change:
    """Take the arguments at `paths` away."""

    def change(arguments: Arguments, _: Stack) -> None:
        for path in paths:
            *parents, last = path.split(".")
            _inner(arguments, parents).pop(last, None)

    return change


def append(path: str, value: Any) -> Change:
    """Add a block or a value to the list at `path`."""

    def change(arguments: Arguments, _: Stack) -> None:
        *parents, last = path.split(".")
        block = _inner(arguments, parents)
        here = block.get(last, [])
        block[last] = [*(here if isinstance(here, list) else [here]), value]

    return change


def policy(**rules: Mapping[str, Any] | None) -> Change:
    """Change rules of a cluster policy; None takes one away. `__` in a name stands for a dot."""

    def change(arguments: Arguments, _: Stack) -> None:
        definition = json.loads(arguments["definition"])
        for name, rule in rules.items():
            definition.pop(name.replace("__", "."), None)
            definition |= {name.replace("__", "."): rule} if rule is not None else {}
        arguments["definition"] = json.dumps(definition)

    return change


def policy_without_tags(arguments: Arguments, _: Stack) -> None:
    """Take every tag from a cluster policy."""
    definition = json.loads(arguments["definition"])
    arguments["definition"] = json.dumps({key: rule for key, rule in definition.items() if "custom_tags" not in key})


def without(type_: str) -> Change:
    """Take every resource of another type out of the stack."""

    def change(_: Arguments, stack: Stack) -> None:
        stack["resource"].pop(type_, None)

    return change


def both(*changes: Change) -> Change:
    """One change after the other."""

    def change(arguments: Arguments, stack: Stack) -> None:
        for one in changes:
            one(arguments, stack)

    return change


def as_it_is(_: Arguments, __: Stack) -> None:
    """No change: the resource as such is what the rule refuses."""


def backwards(path: str) -> Change:
    """Turn the blocks at `path` round."""

    def change(arguments: Arguments, _: Stack) -> None:
        arguments[path] = arguments[path][::-1]

    return change


def of_a_catalog_of_its_stack(arguments: Arguments) -> bool:
    """A schema of a catalog of another stack goes with its own stack, before that one."""
    return str(arguments["catalog_name"]).startswith("${databricks_catalog.")


def several_tasks(arguments: Arguments) -> bool:
    """Whether a job has more than one task."""
    return isinstance(arguments["task"], list) and len(arguments["task"]) > 1


def has(path: str) -> Callable[[Arguments], bool]:
    """Whether the first argument on the way to `path` is set."""
    return lambda arguments: path.partition(".")[0] in arguments


def runs_code_first(arguments: Arguments) -> bool:
    """Whether the first task of a job runs code of its own."""
    task = arguments["task"]
    return "python_wheel_task" in (task[0] if isinstance(task, list) else task)


def for_gpus(arguments: Arguments) -> bool:
    """Whether a cluster policy is one for GPUs."""
    return "-gpu-" in arguments["definition"]


def _inner(arguments: Arguments, parents: list[str]) -> Arguments:
    here: Any = arguments
    for name in parents:
        here = here.setdefault(name, {})
        here = here[0] if isinstance(here, list) else here
    assert isinstance(here, dict), f"{'.'.join(parents)} is no block"
    return here
