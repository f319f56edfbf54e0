"""`mlops review`."""

import gc
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.errors import CommandError
from cli.paths import ROOT, STACKS

if TYPE_CHECKING:
    from policies.json_file import Document
    from policies.review.review import Review, Reviewer

# A plan's file is often called the same in every stack's folder.
_NAMELESS = {"plan", "tfplan", "plan-json", "show", "plan.tfplan"}
_BROKEN_INPUT = 2
_STANDARD_INPUT = "-"
WAIVERS = ROOT / "policies" / "waivers.yaml"


def stack_of(path: Path) -> str:
    """The stack that a plan file is about: its own name, or its folder's where the file is just called `plan`."""
    if str(path) == _STANDARD_INPUT:
        return "plan"
    return path.resolve().parent.name if path.stem in _NAMELESS else path.stem


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What is read beside the plans: synthesized stacks, the configuration's folder, what the target branch says, and
    the address under which the repository's files are shown.
    """

    stacks: Path
    source: Path = ROOT
    base: Path | None = None
    link_base: str = ""


def reviews_of(paths: Sequence[Path], beside: Beside) -> "list[Review]":
    """One review per plan. Raises CommandError where one cannot be read, or two are of the same stack."""
    from policies.errors import PolicyError  # noqa: PLC0415
    from policies.exceptions import UnreadableExceptions  # noqa: PLC0415
    from policies.terraform.synthesized import UnreadableDocument  # noqa: PLC0415 - other commands do not need the reviewer

    names = [stack_of(path) for path in paths]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise CommandError(f"two plans are of stack {', '.join(twice)}: call each file <stack>.json", _BROKEN_INPUT)
    try:
        reviewer = _reviewer(beside)
        with _without_collection():
            return [reviewer.review(name, _document(path)) for name, path in zip(names, paths, strict=True)]
    except (PolicyError, UnreadableExceptions, UnreadableDocument) as error:
        raise CommandError(str(error), _BROKEN_INPUT) from error


@contextmanager
def _without_collection() -> Iterator[None]:
    """No search for cycles meanwhile: a plan is a tree of millions of objects, and going over them takes a third."""
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


@click.command()
@click.argument(
    "plans", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
)
@click.option("--format", "form", type=click.Choice(["markdown", "json"]), default="markdown", show_default=True)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write one file per stack into this folder; an empty one where nothing changes.",
)
@click.option(
    "--stacks",
    "stacks_dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=STACKS,
    help="Synthesized stacks, for who uses what changes [cdktf.out, where it is there].",
)
@click.option(
    "--base",
    type=click.Path(exists=True, path_type=Path),
    help="What the target branch says: its synthesized stacks (a cdktf.out), or plans of it. What it has found already "
    "stops nothing [what is deployed, by the plan's state].",
)
@click.option(
    "--source",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=ROOT,
    help="Where resources are declared: a checkout with workspaces/, or the root module's folder [this checkout].",
)
@click.option(
    "--link-base",
    metavar="URL",
    default="",
    help="Where the repository's files are shown at the commit that is reviewed; GitHub and Azure Pipelines say it.",
)
@click.option(
    "--summary",
    "summary_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write one summary over all stacks into this file: verdicts, total cost, budgets.",
)
def review(
    *,
    plans: tuple[Path, ...],
    form: str,
    out: Path | None,
    stacks_dir: Path,
    base: Path | None,
    source: Path,
    link_base: str,
    summary_file: Path | None,
) -> None:
    """Review PLANS (`terraform show -json`): what goes away, who gains access, what it costs, and who must approve.

    `-` reads a plan from standard input. Says nothing where nothing changes. Ends with 1 where a plan is blocked, with
    2 where one cannot be read, or where Terraform ended with an error, after the comment on what the plan has.
    """
    from policies.review.comment.summary import summary  # noqa: PLC0415 - as above
    from policies.review.decision.rules import Verdict  # noqa: PLC0415 - other commands do not need it

    found = reviews_of(plans, Beside(stacks=stacks_dir, source=source, base=base, link_base=link_base))
    if summary_file is not None:
        summary_file.write_text(summary(found), encoding="utf-8")
    if out is not None:
        _write(found, form, out)
    elif form == "json":
        click.echo(json.dumps([item.as_json() for item in found], indent=2))
    else:
        click.echo("\n".join(text for item in found if (text := _text(item, form))), nl=False)
    failed = [item.stack for item in found if item.errored]
    if failed:
        raise CommandError(f"the plan ended with an error: {', '.join(failed)}; make it again", _BROKEN_INPUT)
    blocked = [item.stack for item in found if item.decision.verdict is Verdict.BLOCK]
    if blocked:
        raise CommandError(f"blocked: {', '.join(blocked)}")


def _write(reviews: "Sequence[Review]", form: str, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for item in reviews:
        suffix = "json" if form == "json" else "md"
        (out / f"{item.stack}.{suffix}").write_text(_text(item, form), encoding="utf-8")


def _text(review: "Review", form: str) -> str:
    from policies.review.comment.markdown import comment  # noqa: PLC0415 - other commands do not need it

    return json.dumps(review.as_json(), indent=2) + "\n" if form == "json" else comment(review)
