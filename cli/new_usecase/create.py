"""Writes a requested use case into a checkout."""

from pathlib import Path

from cli.errors import CommandError
from cli.new_usecase.asked import PACES, Asked, problems
from cli.new_usecase.beginnings import beginning
from cli.new_usecase.rendering import rendered
from cli.new_usecase.workspaces import changed
from ml.declarations import Period


def create(root: Path, name: str, problem: str, period: Period, *, serving: bool) -> list[str]:
    """Write the use case into the checkout at `root`. Returns the paths of all new or changed files.

    Raises CommandError with all mistakes of the request; then nothing is written.
    """
    wrong = list(problems(name, root))
    try:
        begun = beginning(root, problem)
    except CommandError as error:
        wrong.append(error.message)
    if wrong:
        raise CommandError("; ".join(wrong), exit_code=2)
    asked = Asked(name=name, beginning=begun, pace=PACES[period], serving=serving)
    files = {**rendered(asked), **changed(root, name, serving=serving)}
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return sorted(files)
