"""Task `continuous` of job `<usecase>-ingest`, if the use case declares it: all of ingest, again and again.

A round runs the steps that a triggered or scheduled job runs as tasks: bronze, silver, features, publish. Rounds begin
at a fixed interval, like micro-batches of Spark's processing-time trigger; after a longer round the next one begins at
once. A failed round ends the task: the job restarts it after a while, and each stream resumes from its checkpoint. A
continuous job does not support task dependencies, so it is one task.
"""

from collections.abc import Sequence

from ml import parameters
from ml.features import build, publish
from ml.ingest import bronze, masks, silver
from ml.streams.rounds import rounds


def main(arguments: Sequence[str] | None = None) -> None:
    """Create the masking functions, then ingest round by round until the run is cancelled; it never ends by itself."""
    flags = parameters.with_unmasked_table("ingest_continuous")
    flags.add_argument("--secret-scope", type=parameters.name, help="the scope with the secrets of topics")
    flags.add_argument("--every-s", type=int, required=True, help="seconds from the beginning of a round to the next")
    parsed = flags.parse_args(arguments)
    common = ["--use-case", parsed.use_case, "--catalog", parsed.catalog, "--run-id", parsed.run_id]
    unmasked = _given("--unmasked-table", parsed.unmasked_table)
    # First: the masks must exist before any sensitive row arrives.
    masks.main(common + unmasked)

    def work() -> None:
        bronze.main(common + _given("--secret-scope", parsed.secret_scope))
        silver.main(common)
        build.main(common + unmasked)
        publish.main(common)

    rounds(work, parsed.every_s)


def _given(flag: str, value: str | None) -> list[str]:
    return [flag, value] if value else []
