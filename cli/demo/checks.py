"""The engine's checks for every story, and the evaluation of these and of the story's own checks.

Each is a `Check`: a name, and a function from the records to its findings. The platform's checks query the platform;
all others are pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from cli.demo.accounting import count
from cli.demo.answers import Answer
from cli.demo.landing import Landing
from cli.errors import CommandError
from cli.output import Row, progress
from cli.warehouse import query
from ml.declarations import Layer, hidden_columns
from ml.usecases import use_case as declaration
from ml.usecases.story import SIGN_OFF, Check, Finding, Records, Story
from ml.versions.aliases import CHAMPION
from ml.versions.answers import UnusableAnswersError, require_records, same, shown

GATES = ("comparison", "compliance", "infrastructure", SIGN_OFF)


@dataclass(frozen=True, kw_only=True)
class Judged:
    """The result of a check. `detail` says what was found, whether it passed or not."""

    what: str
    holds: bool
    detail: str

    def as_row(self) -> Row:
        """This check as one row of the tables that commands print."""
        return {"what": self.what, "verdict": "pass" if self.holds else "fail", "found": self.detail}


def checks(story: Story, landing: Landing, answers: Sequence[Answer] | None) -> tuple[Check, ...]:
    """Checks for any data, then those for the known shift of generated data, or those for a real file.

    `answers` is None for a use case without an endpoint.
    """
    return (
        Check(name="exactly one version is live, the one last recorded", judge=_one_champion),
        Check(name="no version went live without passing all four gates", judge=_gated),
        *(() if answers is None else (endpoint(answers),)),
        Check(name="one roll-back was done and undone, and the record says by whom and why", judge=_rolled_back),
        *([Check(name="one part was rolled back separately", judge=_part_back)] if story.rolls_back_part else []),
        *(_of_a_real_file(landing) if landing.holdout_start else story.checks),
    )


def platform_checks(use_case: str, accounting: Sequence[Row]) -> tuple[Check, ...]:
    """Checks of the platform itself, for any story: no row is lost, and nobody has access beyond their rights."""
    return (
        Check(name="accounting", judge=lambda _: _accounted(accounting)),
        Check(name="isolation", judge=lambda _: _isolated(use_case)),
        Check(name="masks", judge=lambda _: _masked(use_case)),
    )


def prove(chosen: Sequence[Check], records: Records) -> None:
    """Print the finding of each check. Raises CommandError at the first that fails, and skips the rest."""
    for check in chosen:
        found = check.judge(records)
        if not found.holds:
            raise CommandError(found.detail)
        progress.print(f"{check.name}: {found.detail}", markup=False, soft_wrap=True)


def judge(chosen: Sequence[Check], records: Records) -> list[Judged]:
    """The result of each check, in order."""
    return [_judged(each, records) for each in chosen]


def require(judged: Sequence[Judged]) -> None:
    """Raises CommandError that names every failed check."""
    failed = [f"{each.what}: {each.detail}" for each in judged if not each.holds]
    if failed:
        raise CommandError("the story failed its checks: " + "; ".join(failed))


def _judged(check: Check, records: Records) -> Judged:
    found = check.judge(records)
    return Judged(what=check.name, holds=found.holds, detail=found.detail)


def _accounted(accounting: Sequence[Row]) -> Finding:
    """`accounting` has one row per feed, and one for the predictions, which have no landing file."""
    gaps = [gap for row in accounting for gap in _gaps(row)]
    landed = sum(row["landed"] for row in accounting if row["landed"] is not None)
    whole = f"every one of {landed:,} landed records is accounted for"
    return Finding(holds=not gaps, detail="rows are not accounted for: " + "; ".join(gaps) if gaps else whole)


def _gaps(row: Row) -> list[str]:
    what, landed, bronze = row["what"], row["landed"], row["in"]
    kept, rejected = row["kept"], row["quarantined"]
    if landed is None:
        return [f"{bronze:,} feature rows but {kept:,} of them scored"] if kept != bronze else []
    return [
        gap
        for gap, wrong in (
            (f"{what}: {landed:,} landed but {bronze:,} in bronze", landed != bronze),
            (f"{what}: {bronze:,} in bronze but {kept:,} kept + {rejected:,} quarantined", bronze != kept + rejected),
        )
        if wrong
    ]


def _isolated(use_case: str) -> Finding:
    """Try to write prod's features as dev's training principal. Raises CommandError if it fails but is not denied."""
    table = f"prod.{use_case}_gold.{declaration(use_case).models[0].feature_table.name}"
    principal = f"dev-{use_case}-training"
    try:
        query("prod", f"delete from {table}", as_principal=principal)
    except CommandError as error:
        if "PERMISSION_DENIED" not in error.message:
            raise
        return Finding(holds=True, detail=f"{principal} cannot write {table} ({error.message})")
    return Finding(holds=False, detail=f"{principal} could write {table}; a dev principal must not write prod")


def _masked(use_case: str) -> Finding:
    """Read prod's sensitive gold columns, as the administrator."""
    seen: list[str] = []
    found = [column for column in hidden_columns(declaration(use_case)) if column.layer is Layer.GOLD]
    for column in found:
        name = f"prod.{use_case}_{column.layer}.{column.table}"
        if count(f"{name} where {column.column} is not null"):
            seen.append(f"{name}.{column.column}")
    if seen:
        return Finding(
            holds=False, detail=f"sensitive columns can be read: {', '.join(seen)}; load the stack prod-masks"
        )
    names = sorted({column.column for column in found})
    return Finding(holds=True, detail=f"{', '.join(names) or 'nothing'} read as null, even for the administrator")


def _one_champion(records: Records) -> Finding:
    live = [version.number for version in records.versions if CHAMPION in version.aliases]
    last = records.champions[-1] if records.champions else None
    return Finding(
        holds=len(live) == 1 and live[0] == last,
        detail=f"@champion points to {_listed(live)}, last recorded is {last or 'none'}",
    )


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers)) or "none"


def _gated(records: Records) -> Finding:
    """Every version has four recorded verdicts, and every version that was ever live has passed them all.

    A version that a partial roll-back made has no verdicts: both versions that it combines have passed.
    """
    verdicts = {version.number: records.verdicts(version.number) for version in records.versions}
    parts = records.parts
    trained = {number: found for number, found in verdicts.items() if number not in parts}
    unjudged = [number for number, found in trained.items() if set(found) != set(GATES)]
    passed = {number for number, found in trained.items() if all(row["verdict"] == "pass" for row in found.values())}
    live = {records.trained(number) for number in records.champions} | {made.part_from for made in parts.values()}
    bypassed = sorted(number for number in live if number is not None and records.trained(number) not in passed)
    told = [f"{number} {'passed' if number in passed else 'refused'}" for number in sorted(trained)]
    told += [f"{number} made of {made.of} and {made.part_from}" for number, made in sorted(parts.items())]
    return Finding(
        holds=bool(verdicts) and not unjudged and not bypassed,
        detail=f"versions {', '.join(told)}; not judged: {_listed(unjudged)}; "
        f"live without passing: {_listed(bypassed)}",
    )


def endpoint(answers: Sequence[Answer]) -> Check:
    """The endpoint answered by key with the live version, and agreed with batch scoring."""
    name = "the endpoint serves the live version, with the answers of batch scoring"
    return Check(name=name, judge=partial(_served, answers))


def _served(answers: Sequence[Answer], records: Records) -> Finding:
    """The first champion has scored in batch; a later one may have scored nothing until rows arrive."""
    first = records.champions[:1]
    wrong = [each for each in answers if each.served_version != each.version or not _agrees(each)]
    uncompared = [each for each in answers if each.version in first and each.batch is None]
    told = [f"{each.when}: version {each.served_version} says {_first(each)} of {each.key}" for each in answers]
    return Finding(
        holds=bool(answers) and not wrong and not uncompared,
        detail="; ".join(told),
    )


def _first(answer: Answer) -> str:
    """The value in the first column."""
    return shown([answer.online], answer.output[:1], digits=4)


def _agrees(answer: Answer) -> bool:
    """Whether the online answer is of the declared form, and equals the batch prediction, if there is one."""
    said = [answer.online, *([] if answer.batch is None else [answer.batch])]
    try:
        online, *batch = require_records(said, answer.output, rows=len(said))
    except UnusableAnswersError:
        return False
    return all(same(online, each, answer.output) for each in batch)


def _rolled_back(records: Records) -> Finding:
    """If two versions were live, one roll-back and one return; with only one, neither."""
    moves = [(int(row["from_version"]), int(row["to_version"])) for row in records.rollbacks]
    told = [f"{row['from_version']} to {row['to_version']} by {row['promoted_by']}" for row in records.rollbacks]
    returned = len(moves) == 2 and moves[0] == moves[1][::-1] and moves[1][1] == records.trained(records.champion)
    recorded = all(row["promoted_by"] and row["reason"] for row in records.rollbacks)
    only_one = len(set(records.champions)) < 2
    return Finding(
        holds=(not moves) if only_one else returned and recorded,
        detail="; ".join(told) or "only one version was ever live" * only_one or "there was none",
    )


def _part_back(records: Records) -> Finding:
    """The live version is the newest except for one part; if only one version was ever live, there must be no such."""
    made = records.parts.get(records.champion or 0)
    only_one = len(set(records.champions)) < 2
    told = f"version {records.champion} is {made.of} with {made.part} of {made.part_from}" if made else "there was none"
    return Finding(holds=made is None if only_one else made is not None, detail=told)


def _of_a_real_file(landing: Landing) -> tuple[Check, ...]:
    """For a real file, only the periods that judge are known."""
    first, last = landing.holdout_start, landing.arrivals[-1].period
    return (
        Check(name=f"no training learned from {first} or later", judge=partial(_not_learned, first)),
        Check(name=f"{first} to {last} judged a version", judge=partial(_judged_on, (first, last))),
    )


def _not_learned(first: str, records: Records) -> Finding:
    held_out = {version.number: records.holdout(version) for version in records.versions}
    learned = [number for number, periods in held_out.items() if not "" < periods[0] <= first]
    return Finding(
        holds=bool(held_out) and not learned,
        detail="; ".join(f"version {number} held out {' to '.join(held_out[number])}" for number in sorted(held_out)),
    )


def _judged_on(periods: tuple[str, str], records: Records) -> Finding:
    judged = sorted(version.number for version in records.versions if records.holdout(version) == periods)
    return Finding(holds=bool(judged), detail=f"versions {judged}")
