"""The files of a new use case, from the common and the problem's templates. Pure except for reading templates."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

from cli.new_usecase.asked import Asked
from ml.declarations import Period

_COMMON = Path(__file__).parent / "templates"
_ENDING = ".j2"
_OURS = "from ml."
# Names that every declaration uses.
_IMPORTS = (
    *("Algorithm", "ComparisonGate", "ComplianceGate", "Feed", "Gates", "InfrastructureGate", "JobSettings", "Joins"),
    *("Layer", "MeasureRule", "Model", "Outcome", "SignOff", "Table", "TrainingCause", "Tuning", "UseCase"),
)


def rendered(asked: Asked) -> dict[str, str]:
    """The text of each file, by its path in the checkout."""
    own = asked.beginning.templates
    templates = Environment(
        loader=ChoiceLoader([FileSystemLoader(own), FileSystemLoader(_COMMON)]),
        autoescape=False,  # noqa: S701 - what is written is code, not a page
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    values = {
        "name": asked.name,
        "title": asked.name.capitalize(),
        "problem": asked.beginning,
        "period": asked.pace,
        "serving": asked.serving,
        "imports": imports((*_IMPORTS, *asked.beginning.imports, *_more_imports(asked))),
    }
    paths = sorted({path.relative_to(root) for root in (_COMMON, own) for path in root.rglob(f"*{_ENDING}")})
    texts = {path: templates.get_template(path.as_posix()).render(values) for path in paths}
    return {target(path, asked.name): in_order(text) for path, text in texts.items()}


def _more_imports(asked: Asked) -> Iterator[str]:
    if asked.serving:
        yield "Serving"
    if asked.pace.name is not Period.MONTH:
        yield "Period"


def target(template: Path, name: str) -> str:
    """The path for a template's text: `ml` is the use case's folder, `tests` that of its tests, `docs` its page."""
    room, *rest = template.with_suffix("").parts
    if room == "docs":
        return f"docs/usecases/{name}.md"
    return "/".join(({"ml": "ml/usecases", "tests": "tests/ml/usecases"}[room], name, *rest))


def in_order(text: str) -> str:
    """The text with each block of first-party imports sorted by module: the order depends on the use case's name."""
    runs = groupby(text.splitlines(keepends=True), key=lambda line: line.startswith(_OURS))
    return "".join("".join(sorted(lines) if ours else lines) for ours, lines in runs)


def imports(names: Iterable[str]) -> list[str]:
    """Names in ruff's import order: constants, then classes."""
    return sorted(set(names), key=lambda name: (not name.isupper(), name))
