"""Task `comment` of job `<usecase>-comment`: a person comments on a model version.

The person must have started the run, as for an approval. A comment does not release anything.
"""

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime

from databricks.sdk import WorkspaceClient

from ml import parameters, runtime
from ml.gates.approval import NotApprovedError, creator_of, person, require_own_name
from ml.records.appending import append_record
from ml.records.comments import COMMENTS
from ml.versions import version_task
from ml.versions.version_task import Subject, version_number

MOST_CHARACTERS = 2000


def main(arguments: Sequence[str] | None = None) -> None:
    """Record a comment; run by job `<usecase>-comment`."""
    flags = parameters.of_model("comment")
    flags.add_argument("--version", required=True, type=version_number)
    flags.add_argument("--by", required=True, type=parameters.told)
    flags.add_argument("--comment", required=True, type=said)
    parsed = flags.parse_args(arguments)
    subject = version_task.opened(parameters.common(parsed), parsed.version)
    record(subject, parsed.comment, parsed.by, WorkspaceClient())


def said(text: str) -> str:
    """`text` if it is not empty and not too long."""
    told = parameters.told(text)
    if len(told) > MOST_CHARACTERS:
        raise argparse.ArgumentTypeError(f"it has {len(told)} characters; at most {MOST_CHARACTERS} are allowed")
    return told


def record(subject: Subject, comment: str, by: str, workspace: WorkspaceClient) -> None:
    """Append the comment. Raises NotApprovedError if the version is missing or another person comments as `by`."""
    problem = version_task.missing_version(subject)
    if problem:
        raise NotApprovedError(f"{problem}, so there is nothing to comment on")
    creator = creator_of(workspace, int(subject.common.run_id))
    require_own_name(person(workspace, by), person(workspace, creator), "comment")
    row = {
        "model": subject.name,
        "version": subject.version,
        "comment": comment,
        "commented_by": by,
        "recorded_by": creator,
        "run_id": subject.common.run_id,
        "commented_at": datetime.now(UTC),
    }
    append_record(subject.tables, COMMENTS, f"{subject.ops_schema}.{COMMENTS.name}", [row])
    runtime.report(
        task="comment",
        rows_in=1,
        rows_kept=1,
        rows_quarantined=0,
        model=subject.name,
        version=subject.version,
        commented_by=by,
        recorded_by=creator,
    )
