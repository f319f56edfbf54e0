"""The files and lines for a finding: the synthesized document, and the YAML or Terraform file that declares it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from policies.review.comment.declared import Workspaces
from policies.review.comment.links import Link, no_link
from policies.terraform.configuration import without_index
from policies.terraform.lines import lines_in_hcl, lines_in_json
from policies.terraform.plan import Plan

_LINES: Mapping[str, Callable[[str], Mapping[str, int]]] = {".json": lines_in_json, ".tf": lines_in_hcl}


@dataclass(frozen=True, kw_only=True)
class Place:
    """A line of a file, relative to the repository if it is inside. `url` is empty without a link."""

    path: str
    line: int
    url: str = ""


# The places of the resource at an address.
PlacesOf = Callable[[Plan, str], tuple[Place, ...]]


def nowhere(_plan: Plan, _address: str) -> tuple[Place, ...]:
    """Without files there are no places."""
    return ()


class Places:
    """Looks up places.

    `stacks` are synthesized ones, `source` is the folder of the configuration: a checkout with `workspaces/`, or the
    root module of the plan.
    """

    def __init__(self, stacks: Path, source: Path, link: Link = no_link) -> None:
        self._stacks, self._source, self._link = stacks.resolve(), source.resolve(), link
        self._root = _repository(self._source)
        self._lines, self._files = cache(_lines), cache(_files)

    @cached_property
    def _workspaces(self) -> Workspaces:
        # Read for the first finding, because most reviews have none.
        return Workspaces(self._source / "workspaces")

    def of(self, plan: Plan, address: str) -> tuple[Place, ...]:
        """The places of the resource: its declaration first, then the synthesized document."""
        return tuple(self._places(plan, without_index(address)))

    def _places(self, plan: Plan, address: str) -> Iterator[Place]:
        stack = self._stacks / "stacks" / plan.stack / "cdk.tf.json"
        line = self._lines(stack).get(address, 0)
        declared = self._workspaces.place(plan.stack, address) if line else None
        if declared is not None:
            yield self._place(*declared)
        folder, own = _module(plan, self._source, address)
        for file in () if line else self._files(folder):
            if own in self._lines(file):
                yield self._place(file, self._lines(file)[own])
        if line:  # generated on the way, so that no link leads to it
            yield Place(path=self._relative(stack), line=line)

    def _place(self, file: Path, line: int) -> Place:
        inside = file.is_relative_to(self._root)
        path = self._relative(file)
        return Place(path=path, line=line, url=self._link(path, line) if inside else "")

    def _relative(self, file: Path) -> str:
        return (file.relative_to(self._root) if file.is_relative_to(self._root) else file).as_posix()


def _module(plan: Plan, folder: Path, address: str) -> tuple[Path, str]:
    """The folder of the resource's module, as far as its sources are local, and its address there."""
    module = (plan.document.get("configuration") or {}).get("root_module") or {}
    while address.startswith("module."):
        name, _, address = address.removeprefix("module.").partition(".")
        call = (module.get("module_calls") or {}).get(name) or {}
        source, module = str(call.get("source") or ""), call.get("module") or {}
        folder = (folder / source).resolve() if source.startswith(("./", "../")) else folder / "(not local)"
    return folder, address


def _lines(file: Path) -> Mapping[str, int]:
    """Lines by address of one file; empty if it cannot be read."""
    try:
        return _LINES[file.suffix](file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return {}


def _files(folder: Path) -> tuple[Path, ...]:
    """The Terraform files of a module."""
    return tuple(sorted(folder.glob("*.tf")))


def _repository(folder: Path) -> Path:
    """The root of the repository; `folder` itself outside one."""
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), folder)
