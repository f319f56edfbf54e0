"""One warm Spark Connect server with Delta Lake, on loopback only.

Its main class is started directly: Spark's own launcher requires a Java module that the wheel's Java lacks. The clients
use gRPC and need no Java.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import psutil

from localcloud.kernel.loopback import LOOPBACK
from localcloud.kernel.processes import kill_tree, last_lines, spawn, wait_until
from localcloud.spark.hadoop import write_defaults
from localcloud.spark.jars import KAFKA_JARS
from localcloud.spark.toolchain import cached, delta_jars, java, spark_class_path
from localcloud.spark.tuning import data_size, java_options, query_settings

START_TIMEOUT_S = 120.0
_STARTED = re.compile(r"Spark Connect server started at: \S*?:(\d+)")

# The packages that Spark's own launcher opens (JavaModuleOptions), without the incubating vector module.
_OPENED_PACKAGES = (
    "java.base/java.lang",
    "java.base/java.lang.invoke",
    "java.base/java.lang.reflect",
    "java.base/java.io",
    "java.base/java.net",
    "java.base/java.nio",
    "java.base/java.util",
    "java.base/java.util.concurrent",
    "java.base/java.util.concurrent.atomic",
    "java.base/jdk.internal.ref",
    "java.base/sun.nio.ch",
    "java.base/sun.nio.cs",
    "java.base/sun.security.action",
    "java.base/sun.util.calendar",
    "java.security.jgss/sun.security.krb5",
)

_LOG4J = """\
rootLogger.level = warn
rootLogger.appenderRef.stdout.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_OUT
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yy-MM-dd HH:mm:ss} %p %c{1}: %m%n%ex
# Says the port that was chosen.
logger.connect.name = org.apache.spark.sql.connect.service.SparkConnectServer
logger.connect.level = info
"""


class SparkServerError(RuntimeError):
    """The server did not start or died. The message includes the end of its log."""


class SparkServer:
    """A Spark Connect server with its files under `home`."""

    def __init__(self, home: Path, *, driver_memory_mib: int | None = None) -> None:
        self.home = home
        self.log = home / "logs" / "spark.log"
        self.remote = ""
        self._memory_mib = driver_memory_mib or default_memory_mib()
        self._process: subprocess.Popen[bytes] | None = None
        self._log_offset_bytes = 0

    def start(self) -> str:
        """Start and wait until it answers: `sc://127.0.0.1:PORT`. Raises SparkServerError, ToolchainError."""
        self.launch()
        return self.wait_ready()

    def launch(self) -> None:
        """Start the process and return at once. Call it from the main thread: see `processes.spawn`."""
        work = self.home / "spark"
        (work / "tmp").mkdir(parents=True, exist_ok=True)
        self._log_offset_bytes = self.log.stat().st_size if self.log.is_file() else 0
        environ = {
            **os.environ,
            "PYSPARK_PYTHON": sys.executable,
            "PYTHONIOENCODING": "utf-8",
            "TZ": "UTC",
            "SPARK_LOCAL_IP": LOOPBACK,
        }
        # The tasks' code reaches Spark's Python workers with the session, never from this process's own path.
        for name in ("PYTHONPATH", "SPARK_REMOTE", "SPARK_HOME"):
            environ.pop(name, None)
        self._process = spawn(
            self._command(work), log=self.log, pid_file=self.home / "run" / "spark.pid", environ=environ, cwd=work
        )

    def wait_ready(self, timeout_s: float = START_TIMEOUT_S) -> str:
        """Wait for the launched server. Raises SparkServerError if it dies or takes over `timeout_s`."""
        settled = wait_until(lambda: self._port() is not None or not self.alive(), timeout_s=timeout_s)
        port = self._port()
        if port is None:
            why = "died while starting" if settled else f"did not answer within {timeout_s:.0f} s"
            self.stop()
            raise SparkServerError(f"the Spark server {why}. The end of {self.log}:\n{last_lines(self.log)}")
        self.remote = f"sc://{LOOPBACK}:{port}"
        return self.remote

    @property
    def pid(self) -> int:
        """The process, whose children are the Python workers. Raises SparkServerError if none was started."""
        if self._process is None:
            raise SparkServerError("the Spark server is not running: call start()")
        return self._process.pid

    def alive(self) -> bool:
        """Whether the process is running."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """End the server and its Python workers. Nothing happens if it is not running."""
        if self._process is not None:
            # Delta commits are atomic and nothing else needs flushing: no graceful shutdown.
            kill_tree(self._process.pid, grace_s=0.2)
            self._process.wait()
        self._process = None
        self.remote = ""
        (self.home / "run" / "spark.pid").unlink(missing_ok=True)

    def _port(self) -> int | None:
        if not self.log.is_file():
            return None
        with self.log.open("rb") as log:
            log.seek(self._log_offset_bytes)
            found = _STARTED.search(log.read().decode("utf-8", errors="replace"))
        return int(found.group(1)) if found else None

    def _command(self, work: Path) -> list[str]:
        log4j = work / "log4j2.properties"
        log4j.write_text(_LOG4J, encoding="utf-8")
        # Without Kafka's connector everything except reading a topic works, and that reports the missing connector.
        defaults = write_defaults(work / "hadoop-defaults.jar")
        class_path = ":".join(map(str, (defaults, *delta_jars(), *spark_class_path(), *cached(KAFKA_JARS))))
        return [
            str(java()),
            f"-Xmx{self._memory_mib}m",
            # All three start small and grow through full collections, which took 6 % of the time of a long run.
            f"-Xms{self._memory_mib // 2}m",
            f"-Xmn{self._memory_mib // 4}m",
            "-XX:MetaspaceSize=256m",
            # A concurrent collector takes CPU time that small data on two cores needs elsewhere.
            "-XX:+UseSerialGC",
            *java_options(data_size()),
            "-Dfile.encoding=UTF-8",
            "-Duser.timezone=UTC",
            "-Djdk.reflect.useDirectMethodHandle=false",
            *_process_start(),
            "-Dio.netty.tryReflectionSetAccessible=true",
            f"-Djava.io.tmpdir={work / 'tmp'}",
            f"-Dlog4j2.configurationFile={log4j.as_uri()}",
            *(f"--add-opens={package}=ALL-UNNAMED" for package in _OPENED_PACKAGES),
            *(f"-D{name}={value}" for name, value in spark_settings(work).items()),
            "-cp",
            class_path,
            "org.apache.spark.sql.connect.service.SparkConnectServer",
        ]


def _process_start() -> tuple[str, ...]:
    """Hadoop starts a process, a chmod, per file that it creates: on Linux without a helper process in between."""
    return ("-Djdk.lang.Process.launchMechanism=VFORK",) if sys.platform == "linux" else ()


def spark_settings(work: Path) -> dict[str, str]:
    """Spark's settings for one machine and the size of its data; every listener is on loopback."""
    return {
        "spark.master": "local[*]",
        "spark.app.name": "localcloud",
        "spark.connect.grpc.binding.address": LOOPBACK,
        "spark.connect.grpc.binding.port": "0",
        "spark.driver.host": LOOPBACK,
        "spark.driver.bindAddress": LOOPBACK,
        "spark.ui.enabled": "false",
        "spark.local.dir": str(work / "tmp"),
        "spark.pyspark.python": sys.executable,
        "spark.sql.warehouse.dir": str(work / "warehouse"),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.sql.session.timeZone": "UTC",
        # Only this server writes the tables and checkpoints of its cloud, so Java itself may rename files into place.
        # Hadoop's own way starts eight processes, each a readlink, per file: a tenth of a second per commit.
        "spark.delta.logStore.file.impl": "io.delta.storage.LocalLogStore",
        "spark.sql.streaming.checkpointFileManagerClass": (
            "org.apache.spark.sql.execution.streaming.FileSystemBasedCheckpointFileManager"
        ),
        # The state of that many tables stays in memory; the default is 10,000, and every test creates its own tables.
        "spark.databricks.delta.delta.log.cacheSize": "200",
        **query_settings(data_size()),
    }


def default_memory_mib() -> int:
    """A quarter of the machine's memory, within 1 to 4 GiB."""
    quarter = psutil.virtual_memory().total // 4 // 2**20
    return max(1024, min(4096, quarter))
