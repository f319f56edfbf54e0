"""checkov's own checks, run on synthesized stacks and on plans."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from checkov.common.output.record import Record
    from checkov.common.output.report import Report


class UnparsedStack(ValueError):  # noqa: N818 - it names the file, as the scan shows it
    """A document that checkov could not parse, and would silently skip."""


@dataclass(frozen=True)
class BuiltIn:
    """One verdict of checkov: only failures block, and undecided checks are not reported."""

    rule: str
    name: str
    file: Path
    address: str
    line: int
    failed: bool
    guideline: str


# Where a resource begins in its file, by file and address.
Lines = Mapping[tuple[Path, str], int]


def built_in_of_stacks(files: Iterable[Path]) -> tuple[list[BuiltIn], Lines]:
    """The verdicts on synthesized stacks, and the line on which each resource begins.

    Raises UnparsedStack if checkov could not parse a file.
    """
    from checkov.terraform_json.runner import TerraformJsonRunner  # noqa: PLC0415 - takes two seconds

    runner = TerraformJsonRunner()
    report = _report(runner, [str(file.resolve()) for file in files])
    ranges = {
        (path, span): address for path, definition in runner.definitions.items() for address, span in _spans(definition)
    }
    lines = {(Path(path), address): span[0] for (path, span), address in ranges.items()}
    verdicts = [
        _verdict(record, _address_in_json(record, ranges), Path(record.file_abs_path)) for record in _records(report)
    ]
    return verdicts, lines


def built_in_of_plan(file: Path) -> list[BuiltIn]:
    """The verdicts on a plan. Raises UnparsedStack if checkov could not parse it."""
    from checkov.terraform.plan_runner import Runner  # noqa: PLC0415 - takes two seconds

    try:
        report = _report(Runner(), [str(file.resolve())])
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        # checkov's reader assumes that all parts of a plan exist.
        raise UnparsedStack(f"checkov cannot read {file} as a plan ({error!r}); make the plan again") from error
    return [_verdict(record, record.resource_address or record.resource, file) for record in _records(report)]


def _report(runner: Any, files: list[str]) -> "Report":
    from checkov.runner_filter import RunnerFilter  # noqa: PLC0415 - as above

    # checkov logs a warning for anything that it does not model.
    logging.getLogger("checkov").setLevel(logging.ERROR)
    # This platform's own checks run separately, with whole stacks; a process may have loaded them into checkov too.
    chosen = RunnerFilter(skip_checks=["CKV_MLOPS_*"], show_progress_bar=False)
    report: Report = runner.run(None, files=files, runner_filter=chosen)
    if report.parsing_errors:
        raise UnparsedStack(f"checkov cannot parse {', '.join(report.parsing_errors)}; synthesize again")
    return report


def _records(report: "Report") -> list["Record"]:
    return [*report.passed_checks, *report.failed_checks]


def _failed(record: "Record") -> bool:
    from checkov.common.models.enums import CheckResult  # noqa: PLC0415 - as above

    return bool(record.check_result["result"] == CheckResult.FAILED)


def _verdict(record: "Record", address: str, file: Path) -> BuiltIn:
    return BuiltIn(
        rule=record.check_id,
        name=record.check_name,
        file=file,
        address=address,
        line=record.file_line_range[0],
        failed=_failed(record),
        guideline=record.guideline or "",
    )


def _spans(definition: Mapping[str, Any]) -> list[tuple[str, tuple[int, int]]]:
    """Addresses and first and last lines of the resources that checkov parsed from one file."""
    return [
        (f"{type_}.{name}", (conf["__startline__"], conf["__endline__"]))
        for entity in definition.get("resource", [])
        for type_, by_name in entity.items()
        if isinstance(by_name, Mapping)
        for name, conf in by_name.items()
        if isinstance(conf, Mapping)
    ]


def _address_in_json(record: "Record", ranges: Mapping[tuple[str, tuple[int, int]], str]) -> str:
    """`type.name` for checkov's `resource.name` in CDKTF's JSON, by its line numbers."""
    first, last = record.file_line_range
    return ranges.get((record.file_abs_path, (first, last)), record.resource)
