"""Reviews plans with the shipped rules, prices and waivers, and with the repository's context."""

import gc
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cli.errors import CommandError
from cli.paths import ROOT, WAIVERS

if TYPE_CHECKING:
    from policies.json_file import Document
    from policies.review.review import Review, Reviewer

# Plan files often have the same name in every stack's folder.
_NAMELESS = {"plan", "tfplan", "plan-json", "show", "plan.tfplan"}
BROKEN_INPUT = 2
_STANDARD_INPUT = "-"


def stack_of(path: Path) -> str:
    """The stack of a plan file: the file's own name, or its folder's if the file is just called `plan`."""
    if str(path) == _STANDARD_INPUT:
        return "plan"
    return path.resolve().parent.name if path.stem in _NAMELESS else path.stem


@dataclass(frozen=True, kw_only=True)
class Beside:
    """Context of a review, besides the plans.

    Synthesized stacks, the configuration's folder, the target branch's stacks, and the URL under which the repository's
    files are shown.
    """

    stacks: Path
    source: Path = ROOT
    base: Path | None = None
    link_base: str = ""


def reviews_of(paths: Sequence[Path], beside: Beside) -> "list[Review]":
    """One review per plan. Raises CommandError if one cannot be read, or two are of the same stack."""
    from policies.errors import PolicyError  # noqa: PLC0415
    from policies.exceptions import UnreadableExceptions  # noqa: PLC0415
    from policies.terraform.synthesized import UnreadableDocument  # noqa: PLC0415 - other commands do not need the reviewer

    names = [stack_of(path) for path in paths]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise CommandError(
            f"there are two plans of stack {', '.join(twice)}: name each file <stack>.json", BROKEN_INPUT
        )
    try:
        reviewer = _reviewer(beside)
        with _without_collection():
            return [reviewer.review(name, _document(path)) for name, path in zip(names, paths, strict=True)]
    except (PolicyError, UnreadableExceptions, UnreadableDocument) as error:
        raise CommandError(str(error), BROKEN_INPUT) from error


@contextmanager
def _without_collection() -> Iterator[None]:
    """Disables garbage collection: a plan has millions of objects, and traversing them takes a third of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _document(path: Path) -> "Document":
    from policies.json_file import parse_document, read_document  # noqa: PLC0415 - other commands do not need it

    if str(path) == _STANDARD_INPUT:
        return parse_document(sys.stdin.buffer.read(), "standard input")
    return read_document(path)


def _reviewer(beside: Beside) -> "Reviewer":
    from policies.access.elsewhere import users_elsewhere  # noqa: PLC0415 - other commands do not need it
    from policies.review.comment.links import link_from, link_under  # noqa: PLC0415
    from policies.review.comment.places import Places  # noqa: PLC0415
    from policies.review.costs.prices import read_prices  # noqa: PLC0415
    from policies.review.decision.rules import read_rules  # noqa: PLC0415
    from policies.review.decision.target import read_target  # noqa: PLC0415
    from policies.review.decision.waived import findings_with  # noqa: PLC0415
    from policies.review.review import Reviewer  # noqa: PLC0415
    from policies.scan.waivers import read_waivers  # noqa: PLC0415

    target = read_target(beside.base) if beside.base is not None else None
    link = link_under(beside.link_base) if beside.link_base else link_from(os.environ)
    return Reviewer(
        rules=read_rules(),
        prices=read_prices(),
        findings_of=findings_with(read_waivers([WAIVERS]), datetime.now(UTC).date(), target),
        elsewhere=users_elsewhere(beside.stacks) if beside.stacks.exists() else None,
        places_of=Places(beside.stacks, beside.source, link).of,
    )
