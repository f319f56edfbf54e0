"""The triggers of a job: a schedule, arriving files, an event of a model, or the end of its last run."""

from infra.cdktf_seam import Resource, databricks
from infra.jobs.declaration import Continuous, FileArrival, ModelEvent, Schedule
from infra.spec import Switch


def schedule(starts: Schedule | FileArrival | Continuous | ModelEvent | None) -> Resource | None:
    """The schedule of a job that has one."""
    if not isinstance(starts, Schedule):
        return None
    return databricks.job.JobSchedule(
        quartz_cron_expression=starts.cron,
        timezone_id=starts.timezone,
        pause_status=_pause_status(starts.switch),
    )


def trigger(starts: Schedule | FileArrival | Continuous | ModelEvent | None, model: str) -> Resource | None:
    """The trigger of a job that has one; `model` is a reference to the registered model of an event."""
    if isinstance(starts, FileArrival):
        waits = databricks.job.JobTriggerFileArrival(url=starts.path, wait_after_last_change_seconds=starts.quiet_s)
        return databricks.job.JobTrigger(file_arrival=waits, pause_status=_pause_status(starts.switch))
    if isinstance(starts, ModelEvent):
        watched = databricks.job.JobTriggerModel(
            condition=starts.condition, securable_name=model, aliases=list(starts.aliases) or None
        )
        return databricks.job.JobTrigger(model=watched, pause_status=_pause_status(starts.switch))
    return None


def continuous(starts: Continuous) -> Resource:
    """The next run begins when the previous one ends."""
    return databricks.job.JobContinuous(pause_status=_pause_status(starts.switch))


def _pause_status(switch: Switch) -> str:
    return "UNPAUSED" if switch is Switch.ACTIVE else "PAUSED"
