"""`mlops drift`."""

import click

from cli.cloud import workspace
from cli.output import format_option, show
from cli.paths import current_home
from cli.specification import declared

_COLUMNS = ("drift", "subject", "was", "is", "noticed by")


@click.command()
@click.argument("name", required=False)
@click.option("--env", required=True, help="Environment of the local cloud to change.")
@click.option("--undo", is_flag=True, help="Undo NAME, or all such changes.")
@format_option
def drift(name: str | None, env: str, undo: bool, form: str) -> None:
    """Change something in the local cloud behind the stacks' back.

    NAME is the change, made as the administrator; without NAME, list what can be changed. Shows what was changed and
    which command notices it. To restore the declared state: --undo, or `mlops up --mend`.
    """
    from cli.drift.kinds import DRIFTS  # noqa: PLC0415 - other commands do not need it
    from cli.drift.memory import Drifted, named  # noqa: PLC0415

    drifted = Drifted(current_home(), env)
    if undo:
        wanted = [named(name)] if name else [each for each in DRIFTS if each.name in drifted.names()]
        client = workspace(env)
        show([drifted.undo(each, client) for each in wanted], form=form, columns=_COLUMNS[:-1])
    elif name:
        chosen, (_, environment) = named(name), declared(env)
        show([drifted.make(chosen, workspace(env), environment.catalog)], form=form, columns=_COLUMNS)
    else:
        _list(drifted.names(), form)


def _list(made: dict[str, str], form: str) -> None:
    from cli.drift.kinds import DRIFTS  # noqa: PLC0415 - other commands do not need it

    rows = [
        {"drift": each.name, "what": each.what, "noticed by": each.noticed_by, "drifted": made.get(each.name, "")}
        for each in DRIFTS
    ]
    show(rows, form=form, columns=("drift", "what", "noticed by", "drifted"))
