"""What the local cloud does behind its routes: one row per behaviour, each with the test that fails without it.

A service says so in its `behaviours.py`, as do the loader, the kernel and Spark. `docs/parity.md` lists them, and
`tests/localcloud/test_parity.py` holds them to `docs/localcloud.md` and to the tests that exist.
"""

from importlib import import_module
from pathlib import Path

from localcloud.kernel.parity import Behaviour
from localcloud.parity import CHECKOUT

_ROOM = "localcloud"


def behaviours() -> list[Behaviour]:
    """All of them, by area, in the order of their declaration. Raises `AttributeError` for a file without any."""
    files = sorted((CHECKOUT / _ROOM).rglob("behaviours.py"))
    declared = [each for file in files if file != Path(__file__).resolve() for each in _declared(file)]
    return sorted(declared, key=lambda each: each.area.casefold())


def _declared(file: Path) -> tuple[Behaviour, ...]:
    name = ".".join(file.relative_to(CHECKOUT).with_suffix("").parts)
    found: tuple[Behaviour, ...] = import_module(name).BEHAVIOURS
    return found


def section(listed: list[Behaviour]) -> list[str]:
    """Their table in Markdown, line by line."""
    head = ["", "## Behaviours", "", "| area | what | level | follows | witness |", "|---|---|---|---|---|"]
    return [*head, *(_line(each) for each in listed)]


def _line(each: Behaviour) -> str:
    file, _, test = each.witness.partition("::")
    witness = f"`{file.removeprefix('tests/localcloud/')}` {test}"
    return f"| {each.area} | {each.does.replace('|', '/')} | {each.level} | {each.follows} | {witness} |"
