"""The arriving data: a use case's raw file, or generated data, replayed as the files of its landing volume."""

import csv
import hashlib
import re
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from cli.cloud import workspace
from cli.errors import CommandError
from cli.output import progress
from cli.paths import clouds
from ml.declarations import Calendar
from ml.usecases import use_case as declaration
from ml.usecases.story import Irregular, Story

if TYPE_CHECKING:
    import pandas as pd

Files = Mapping[str, tuple[Path, ...]]


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """Files that land together, by feed: those of `periods`, and with the last arrival all later ones."""

    periods: tuple[str, ...]
    files: Files

    @property
    def period(self) -> str:
        """The newest period."""
        return self.periods[-1]


@dataclass(frozen=True, kw_only=True)
class Landing:
    """Files to land, by feed, and the final number of records of each feed.

    `sample` is taken from the history. `holdout_start` is empty for generated data, where everything is known.
    """

    name: str
    history: Files
    arrivals: tuple[Arrival, ...]
    sample: Files
    rows: dict[str, int]
    holdout_start: str


def prepare(use_case: str, story: Story, data: Path | None, generated: str = "generated") -> Landing:
    """Replay the raw data of `use_case` into files by feed and period, whole and as a sample.

    `generated` names the local cloud of generated data. Raises CommandError if the file cannot be read or is not in the
    use case's raw format.
    """
    name = generated if data is None else _name_of(data)
    folder = clouds() / name / "demo"
    progress.print(f"data: {'generated, seeded' if data is None else data}", markup=False)
    try:
        raw = story.generate() if data is None else story.read(data)
        declared = declaration(use_case)
        feeds = [feed.name for feed in declared.feeds]
        files = _replay(story.replay, raw, folder / "landing", feeds)
        step = max(1, len(raw) // story.sample_rows)
        sample = _replay(story.replay, raw.iloc[::step], folder / "sample", feeds)
        period = Periods(declared.calendar, declared.judging)
        before = frozenset(each for each in period.of(files) if each <= story.deliveries[0])
        history, arrivals = period.chosen(files, before), tuple(_arrivals(files, story.deliveries, period))
        rows = {feed: sum(map(_records, paths)) for feed, paths in files.items()}
        if story.irregular is not None:
            history, arrivals, more = disturbed(history, arrivals, story.irregular, folder / "wrong")
            rows[story.irregular.feed] += more
        sample = period.chosen(sample, before)
    except ValueError as error:
        raise CommandError(f"{data or 'generated data'}: {error}") from error
    return Landing(
        name=name,
        history=history,
        arrivals=arrivals,
        sample=sample,
        rows=rows,
        holdout_start="" if data is None else story.holdout_start,
    )


@dataclass(frozen=True)
class Periods:
    """The periods of `judging` in which files land. Raises ValueError for a file that `calendar` does not name."""

    calendar: Calendar
    judging: Calendar

    def __call__(self, path: Path) -> str:
        """The landing period in which the file's own period begins."""
        return self.judging.named(self.calendar.first_day(self.calendar.parse(path.stem)))

    def of(self, files: Files) -> list[str]:
        """The periods of all files, in order."""
        return sorted({self(path) for paths in files.values() for path in paths})

    def chosen(self, files: Files, periods: Collection[str]) -> Files:
        """The files of `periods`, by feed."""
        return {feed: tuple(path for path in paths if self(path) in periods) for feed, paths in files.items()}


def _arrivals(files: Files, deliveries: Sequence[str], period: Periods) -> Iterator[Arrival]:
    known = period.of(files)
    for before, newest in pairwise(deliveries):
        periods = tuple(each for each in known if before < each <= newest)
        # Outcomes come late, so their last periods are after the last period that could be decided on.
        landing = periods if newest != deliveries[-1] else tuple(each for each in known if each > before)
        yield Arrival(periods=periods, files=period.chosen(files, landing))


def irregular_files(paths: Sequence[Path]) -> tuple[Path, Path, Path]:
    """Of the history's files: the late one, the one that first arrives malformed, and the one that arrives twice.

    The late one is near the beginning, so that no model learns from the gap that it leaves.
    """
    return paths[len(paths) // 10], paths[len(paths) // 2], paths[len(paths) * 3 // 4]


def disturbed(
    history: Files, arrivals: Sequence[Arrival], irregular: Irregular, aside: Path
) -> tuple[Files, tuple[Arrival, ...], int]:
    """History and arrivals with the three irregular files, and the number of malformed records in the files `aside`."""
    feed = irregular.feed
    late, wrong, again = irregular_files(history[feed])
    spoiled = aside / wrong.name
    aside.mkdir(parents=True, exist_ok=True)
    irregular.spoil(wrong, spoiled)
    kept = tuple(spoiled if path == wrong else path for path in history[feed] if path != late)
    first, *others = arrivals
    with_them = {**first.files, feed: (late, wrong, again, *first.files[feed])}
    return {**history, feed: kept}, (replace(first, files=with_them), *others), _records(spoiled)


def _replay(
    replay: "Callable[[pd.DataFrame, Path], list[Path]]", raw: "pd.DataFrame", folder: Path, feeds: list[str]
) -> Files:
    shutil.rmtree(folder, ignore_errors=True)
    written = replay(raw, folder)
    return {feed: tuple(sorted(path for path in written if path.parent.name == feed)) for feed in feeds}


def _records(path: Path) -> int:
    """Records of a CSV file, whose first one is the header."""
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for record in csv.reader(file) if record) - 1


def _name_of(data: Path) -> str:
    """Named after a file, or a folder with all its files, by their content."""
    stem, whole = re.sub(r"[^A-Za-z0-9]+", "_", data.stem)[:40], hashlib.sha256()
    for path in [data] if data.is_file() else sorted(data.iterdir()):
        if path.is_file():
            whole.update(path.read_bytes())
    return f"{stem}-{whole.hexdigest()[:8]}"


def land(env: str, use_case: str, files: Files) -> None:
    """Upload the files to the landing volume of `env`. An existing file is replaced by the same bytes."""
    client = workspace(env)
    schema, volume = declaration(use_case).landing_volume.split(".")
    for feed, paths in files.items():
        for path in paths:
            with path.open("rb") as content:
                client.files.upload(f"/Volumes/{env}/{schema}/{volume}/{feed}/{path.name}", content, overwrite=True)
    progress.print(f"[bold]{env}[/bold] landed {sum(map(len, files.values()))} files")
