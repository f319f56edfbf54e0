"""A Kafka broker: one node in KRaft mode on loopback, its files in a folder."""

import base64
import os
import subprocess
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from localcloud.kernel.loopback import LOOPBACK, free_port
from localcloud.kernel.processes import kill_tree, last_lines, spawn, wait_until
from localcloud.spark.jars import BROKER_JARS, KAFKA_JARS
from localcloud.spark.toolchain import jars_of, java, spark_jars

_START_TIMEOUT_S = 120.0
_SETTINGS = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
listeners=PLAINTEXT://{host}:{broker},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{broker}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={folder}/data
num.partitions=2
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
"""
_LOG4J = """\
rootLogger.level = info
rootLogger.appenderRef.stdout.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_OUT
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n%ex
"""
_READY = "Kafka Server started"


class Broker:
    """A running broker. `address` is what clients connect to; a topic is made when it is first written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._log = folder / "broker.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.address = ""

    def start(self) -> str:
        """Start it and wait until it takes messages: its address. Raises ToolchainError without its jars."""
        command = self._java()
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / "log4j2.properties").write_text(_LOG4J)
        settings, broker = self._folder / "server.properties", free_port()
        text = _SETTINGS.format(host=LOOPBACK, broker=broker, controller=free_port(), folder=self._folder)
        settings.write_text(text)
        cluster = base64.urlsafe_b64encode(uuid4().bytes).decode().rstrip("=")
        formatted = [*command, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(settings)]
        subprocess.run(formatted, check=True, capture_output=True, timeout=_START_TIMEOUT_S)
        self._process = spawn(
            [*command, "kafka.Kafka", str(settings)],
            log=self._log,
            pid_file=self._folder / "broker.pid",
            environ=os.environ,
            cwd=self._folder,
        )
        if not wait_until(lambda: self._ready() or not self._alive(), timeout_s=_START_TIMEOUT_S) or not self._alive():
            self.stop()
            raise RuntimeError(f"the broker did not start. The end of {self._log}:\n{last_lines(self._log)}")
        self.address = f"{LOOPBACK}:{broker}"
        return self.address

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            kill_tree(self._process.pid, grace_s=0.2)
            self._process.wait()
        self._process = None

    def _java(self) -> list[str]:
        jars = [str(jar) for jar in jars_of((*KAFKA_JARS, *BROKER_JARS))]
        log = f"-Dlog4j2.configurationFile={(self._folder / 'log4j2.properties').as_uri()}"
        return [str(java()), "-Xmx256m", "-XX:+UseSerialGC", log, "-cp", ":".join([*jars, f"{spark_jars()}/*"])]

    def _alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _ready(self) -> bool:
        with suppress(FileNotFoundError):
            return _READY in self._log.read_text(errors="replace")
        return False
