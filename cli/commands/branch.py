"""`mlops branch`."""

from dataclasses import asdict

import click

from cli.cloud import HOST, deployed
from cli.errors import CommandError
from cli.output import format_option, show
from cli.paths import ROOT
from cli.specification import declared


@click.command()
@click.argument("name", required=False)
@click.option("--env", default="dev", show_default=True, help="Environment whose workspace receives it.")
@click.option("--host", help=HOST)
@format_option
def branch(name: str | None, env: str, host: str | None, form: str) -> None:
    """Bring a branch into a workspace: Git folder and wheel.

    NAME is the branch [the one checked out here]. The branch that the environment declares goes to the shared folder;
    any other goes to a folder of your own. Both are at the commit of this checkout, which must be pushed. Run it again
    to update them.
    """
    from cli.branches import Built, own_folder, synced  # noqa: PLC0415 - other commands do not need it
    from cli.release.errors import ReleaseError  # noqa: PLC0415
    from cli.release.git import git  # noqa: PLC0415
    from infra import names  # noqa: PLC0415
    from infra.revision import git_commit  # noqa: PLC0415
    from infra.wheel import build_wheel  # noqa: PLC0415

    _, environment = declared(env)
    shared = environment.git_folder
    if shared is None:
        raise CommandError(f"{env} has no git_folder: name the repository in workspaces/{env}.yaml, or choose --env", 2)
    try:
        wanted = name or git(ROOT, "branch", "--show-current")
    except ReleaseError as error:
        raise CommandError(str(error), 2) from error
    if not wanted:
        raise CommandError("this checkout is on no branch; name one", 2)
    workspace = deployed(env, host)
    folder = names.git_folder() if wanted == shared.branch else own_folder(workspace, wanted)
    built = Built(wheel=build_wheel(), commit=git_commit(ROOT))
    found = synced(workspace, shared, wanted, folder, built)
    show([asdict(found)], form=form, title=f"{wanted} in {env}")
    click.echo(f"In a notebook: %pip install {found.wheel}", err=True)
