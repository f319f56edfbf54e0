"""`mlops baseline`."""

from pathlib import Path

import click

from cli.cloud import HOST
from cli.errors import CommandError
from cli.models import NamedModel, named_model
from cli.output import format_option, progress, show
from cli.warehouse import Warehouse
from ml.declarations import BinaryClassification, Regression


@click.command()
@click.argument("model")
@click.option("--env", help="Environment whose tables are read [prod, or that of the full name].")
@click.option("--host", help=HOST)
@click.option("--as", "principal", help="Read as this principal: a user, service principal or group.")
@click.option(
    "--rows",
    "most_rows",
    type=click.IntRange(min=100, max=200_000),
    default=20_000,
    show_default=True,
    help="Rows to read at most.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("dist/baseline"),
    show_default=True,
    help="Folder to write into.",
)
@format_option
def baseline(
    *, model: str, env: str | None, host: str | None, principal: str | None, most_rows: int, out: Path, form: str
) -> None:
    """Fit plain learners on MODEL's data: a baseline to beat.

    Writes a leaderboard and a notebook to start from. The newest fifth of the periods is held out. It reads with the
    caller's rights, so masked columns are left out, and it registers nothing. MODEL is a use case, USECASE/MODEL, or a
    model's full name.
    """
    from cli.baseline.fitting import leaderboard, split  # noqa: PLC0415 - seconds, and other commands do not need it
    from cli.baseline.notebook import notebook  # noqa: PLC0415
    from cli.baseline.rows import FEATURES, OUTCOMES, query, rows_of, tables_of  # noqa: PLC0415

    found = named_model(model, env)
    classes = _asks_for_classes(found)
    tables = tables_of(found)
    answer = Warehouse(found.env, as_principal=principal, host=host).ask(query(found, most_rows, **tables))
    rows = rows_of(answer)
    judged = split(rows)
    board = leaderboard(rows, judged, classes=classes)
    name = found.handle.replace("/", "-")
    out.mkdir(parents=True, exist_ok=True)
    lines = [",".join(board[0]), *(",".join(str(value) for value in row.values()) for row in board)]
    (out / f"{name}-leaderboard.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    asked = tables | {"query": query(found, most_rows, features=FEATURES, outcomes=OUTCOMES)}
    text = notebook(f"Baseline of {found.handle}", asked, rows, judged.since, board, classes=classes)
    (out / f"{name}-baseline.py").write_text(text, encoding="utf-8")
    progress.print(f"{len(judged.fitted):,} rows fitted, {len(judged.held_out):,} held out from {judged.since} on")
    progress.print(f"Written: {out / f'{name}-leaderboard.csv'}, {out / f'{name}-baseline.py'}")
    show(board, form=form, title=f"{found.full_name}: plain learners, best first")


def _asks_for_classes(model: NamedModel) -> bool:
    """Whether the problem has two classes. Raises CommandError for a problem that plain learners do not support."""
    problem = model.declared.problem
    if isinstance(problem, BinaryClassification | Regression):
        return isinstance(problem, BinaryClassification)
    raise CommandError(
        f"{model.handle} declares {type(problem).__name__}, which has no baseline: its own learners are already "
        "compared with plain ones (a forecast with the naive one, classes with their shares)",
        2,
    )
