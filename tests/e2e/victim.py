"""A small local cloud to be killed: 3,000 generated clients, prod only, and tasks that wait at a named moment.

A promotion's two alias moves lie milliseconds apart. To be killed between them for certain, a task has to wait there;
so the deployed wheel is the shipped one with a few lines of text changed, each of which must be there.
"""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from localcloud import lifecycle
from localcloud.kernel import loopback
from tests.e2e.conftest import Mlops

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

MODEL, ENDPOINT = "prod.credit_ops.default_risk", "credit-default-risk"
_ROWS, _MONTHS, _SEED = 3_000, 10, 7
_DECLARATION, _MOVES = "ml/usecases/credit/declaration.py", "ml/release/alias_moves.py"
# Any version that is not far worse goes live, trained at once and on a busy machine too: this is about who is live.
_LENIENT = {
    "margin=0.005, limit=0.70": "margin=0.5, limit=0.70",
    "margin=0.01)": "margin=10.0)",
    "margin=0.003)": "margin=1.0)",
    "margin=0.03, limit=0.05": "margin=1.0, limit=0.5",
    "            TrainingCause.MANUAL: ROC_AUC,\n": "",
    "max_group_difference=0.2": "max_group_difference=1.0",
    "min_selection_ratio=0.8": "min_selection_ratio=0.01",
    "max_load_s=30.0, max_latency_ms=250.0": "max_load_s=300.0, max_latency_ms=30000.0",
    "max_latency_ms=1000.0": "max_latency_ms=30000.0",
    "trials=12": "trials=1",
}
_MANUAL = {"sign_off=SignOff.AUTOMATIC": "sign_off=SignOff.MANUAL"}
_HELD = """

def _held(move: Move, of: str = {hold!r}) -> None:
    import pathlib, time
    hold = pathlib.Path(of)
    if hold.exists() and hold.read_text() == move.alias:
        hold.with_name("reached").touch()
        time.sleep(600)


def apply(subject: Subject, move: Move, unheld=apply) -> None:
    unheld(subject, move)
    _held(move)
"""


@dataclass(frozen=True, kw_only=True)
class Live:
    """Who is live: the aliases, the version that the endpoint serves, and the recorded moves, oldest first."""

    aliases: dict[str, int]
    served: int | None
    moves: list[tuple[str, int | None, int, str]]


@dataclass
class Victim:
    """The cloud, and the folder by which tasks are held."""

    mlops: Mlops
    folder: Path
    _shipped: bytes = field(default=b"", repr=False)

    @classmethod
    def started(cls, mlops: Mlops, folder: Path, *, manual: bool) -> "Victim":
        """A local cloud of its own in `folder`, with ten months of clients in prod's gold and no version yet."""
        mine = cls(mlops=replace(mlops, env=mlops.env | {"MLOPS_HOME": str(folder / "clouds")}), folder=folder)
        (folder / "clouds").mkdir()
        (folder / "clouds" / "current").write_text("generated\n")
        mine.mlops("up")
        mine.deploy(manual=manual)
        mine.land()
        mine.mlops("run", "credit-ingest", "--env", "prod")
        return mine

    def let_time_go_on(self, job: str) -> None:
        """The local clock stands still; by its next second the run of `job`, which is continuous, is due."""
        cloud = self.mlops.endpoint()
        answer = loopback.request(
            "POST",
            f"{cloud.account_url}/local/clock",
            json={"advance_s": 1},
            headers={"Authorization": f"Bearer {cloud.admin_token}"},
        )
        assert [run["job"] for run in answer.json()["fired"]] == [job]

    def land(self, env: str = "prod") -> None:
        """Upload ten months of clients."""
        from ml.usecases.credit.demo import generate, replay  # noqa: PLC0415

        client = self.mlops.client(env)
        raw = generate.generate(_ROWS, _SEED)
        for path in replay.replay(raw, self.folder / "landing", months=_MONTHS):
            place = f"/Volumes/{env}/credit_bronze/landing/{path.parent.name}/{path.name}"
            client.files.upload(place, io.BytesIO(path.read_bytes()), overwrite=True)

    def deploy(self, *, manual: bool, declared: str = "") -> None:
        """Put the changed wheel where the jobs' wheel lies, with manual or automatic sign-off.

        `declared`: what credit's declaration says beside what is shipped, as lines of Python.
        """
        client = self.mlops.client()
        job = client.jobs.get(next(job.job_id or 0 for job in client.jobs.list(name="credit-promotion")))
        assert job.settings is not None
        path = next(task.libraries[0].whl or "" for task in job.settings.tasks or [] if task.libraries)
        self._shipped = self._shipped or client.files.download(path).contents.read()  # type: ignore[union-attr]
        wheel = edited(self._shipped, hold=self.folder / "hold", manual=manual, declared=declared)
        client.files.upload(path, io.BytesIO(wheel), overwrite=True)

    def aliases(self) -> dict[str, int]:
        """The versions that the model's aliases point to."""
        model = self.mlops.client().registered_models.get(MODEL, include_aliases=True)
        return {str(alias.alias_name): int(alias.version_num or 0) for alias in model.aliases or []}

    def live(self) -> Live:
        """Who is live now."""
        client = self.mlops.client()
        endpoints = [found.name for found in client.serving_endpoints.list()]
        moves = self.mlops.sql(
            "select alias, from_version, to_version, cause from prod.credit_ops.promotions order by promoted_at, alias"
        )
        return Live(
            aliases=self.aliases(),
            served=_served(client) if ENDPOINT in endpoints else None,
            moves=[(m["alias"], _number(m["from_version"]), int(m["to_version"]), m["cause"]) for m in moves],
        )

    def hold_after(self, alias: str) -> Callable[[], bool]:
        """From now on tasks wait once they have moved `alias`; whether one does."""
        (self.folder / "reached").unlink(missing_ok=True)
        (self.folder / "hold").write_text(alias)
        return (self.folder / "reached").exists

    def killed(self, moment: Callable[[], bool], *arguments: str) -> None:
        """End the cloud at that moment of a command; from then on no task is held."""
        self.mlops.killed(moment, *arguments)
        (self.folder / "hold").unlink(missing_ok=True)

    def restart(self) -> None:
        """Start the killed cloud again, without what `mlops up` does besides."""
        lifecycle.start(self.mlops.home())


def edited(wheel: bytes, *, hold: Path, manual: bool, declared: str = "") -> bytes:
    """The wheel with a lenient declaration, and a promotion that waits where the file `hold` names an alias."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(wheel)) as source, zipfile.ZipFile(result, "w") as target:
        for name in source.namelist():
            text = source.read(name).decode()
            if name == _DECLARATION:
                text = lenient(text, manual=manual) + declared
            target.writestr(name, text + (_HELD.format(hold=str(hold)) if name == _MOVES else ""))
    return result.getvalue()


def lenient(declaration: str, *, manual: bool) -> str:
    """The declaration with gates that any version passes that is not far worse."""
    for old, new in (_LENIENT | (_MANUAL if manual else {})).items():
        assert declaration.count(old) == 1, old
        declaration = declaration.replace(old, new)
    return declaration


def _served(client: "WorkspaceClient") -> int:
    config = client.serving_endpoints.get(ENDPOINT).config
    entities = (config.served_entities if config else None) or []
    assert len(entities) == 1
    return int(entities[0].entity_version or 0)


def _number(text: Any) -> int | None:
    return None if text is None else int(text)
