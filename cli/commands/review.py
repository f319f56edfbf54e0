"""`mlops review`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.errors import CommandError
from cli.paths import ROOT, STACKS
from cli.plan_reviews import BROKEN_INPUT, Beside, reviews_of

if TYPE_CHECKING:
    from policies.review.review import Review


@click.command()
@click.argument(
    "plans", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
)
@click.option("--format", "form", type=click.Choice(["markdown", "json"]), default="markdown", show_default=True)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write one file per stack into this folder; it is empty if nothing changes.",
)
@click.option(
    "--stacks",
    "stacks_dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=STACKS,
    help="Synthesized stacks, to show who uses what changes [cdktf.out, if it exists].",
)
@click.option(
    "--base",
    type=click.Path(exists=True, path_type=Path),
    help="The target branch's synthesized stacks (a cdktf.out), or its plans. Findings that it already has do not "
    "block [what is deployed, by the plan's state].",
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
    help="Web address of the repository's files at the reviewed commit [taken from GitHub or Azure Pipelines].",
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
    """Review Terraform plans: what is lost, access, cost, approval.

    PLANS are outputs of `terraform show -json`; `-` reads one from standard input. Prints nothing if nothing changes.
    Ends with 1 if a plan is blocked. Ends with 2 if a plan cannot be read, or if Terraform ended with an error (the
    planned part is still reviewed).
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
        raise CommandError(f"the plan ended with an error: {', '.join(failed)}; create it again", BROKEN_INPUT)
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
