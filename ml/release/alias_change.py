"""Task `alias_change` of job `<usecase>-alias-change`: checks that the record agrees with the new live version.

Promotion and roll-back record a move before they make it. An alias that was moved in another way has no record; the
task then fails, so that the people who are notified of failed jobs learn of it.
"""

from collections.abc import Mapping, Sequence

from ml import parameters, runtime
from ml.declarations import Layer
from ml.records.promotions import PROMOTIONS, Ledger, Moved
from ml.records.registry_events import updates
from ml.tables import door
from ml.versions import version_task
from ml.versions.aliases import CHAMPION


class UnrecordedMoveError(RuntimeError):
    """An alias that names another version than the newest record of its moves."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Print which alias moved, by whom and why, or fail without a record; run by job `<usecase>-alias-change`."""
    import mlflow  # noqa: PLC0415 - seconds, and flags that are wrong are known before

    flags = parameters.of_model("alias_change")
    flags.add_argument("--updates", default=(), type=updates, help="the trigger's list of moved aliases")
    parsed = flags.parse_args(arguments)
    common = parameters.common(parsed)
    table = f"{common.schema(Layer.OPS)}.{PROMOTIONS.name}"
    moved = Ledger(tables=door(), table=table, model=common.model_name).moved()
    aliases = version_task.aliases(mlflow.MlflowClient(), common.model_name)
    print(recorded_move(common.model_name, aliases, moved))
    told = [update.version for update in parsed.updates]
    runtime.report(
        task="alias_change",
        rows_in=len(told),
        rows_kept=len(told),
        rows_quarantined=0,
        model=common.model_name,
        champion=aliases.get(CHAMPION),
    )


def recorded_move(model: str, aliases: Mapping[str, int], moved: Sequence[Moved]) -> str:
    """The move that made the live version live; `moves` are oldest first. Pure.

    Raises UnrecordedMoveError unless the alias names the version of its newest record.
    """
    live = aliases.get(CHAMPION)
    moves = [move for move in moved if move.alias == CHAMPION]
    newest = moves[-1] if moves else None
    if live is None or newest is None or newest.to_version != live:
        said = f"the newest record names version {newest.to_version}" if newest else "there is no record of a move"
        names = f"names version {live}" if live else "names no version"
        raise UnrecordedMoveError(
            f"@{CHAMPION} of {model} {names}, but {said}: it was moved by hand, or a run died in between. Move it with "
            f"the promotion or the roll-back job, which record the move; see docs/guides/gates.md"
        )
    was = f", in place of version {newest.from_version}" if newest.from_version else ""
    return f"version {live} of {model} is live{was}: {newest.reason} (by {newest.promoted_by}, run {newest.run_id})"
