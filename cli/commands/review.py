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
        raise CommandError(f"the plan ended with an error: {', '.join(failed)}; make it again", BROKEN_INPUT)
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
