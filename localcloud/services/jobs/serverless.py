"""The restrictions of serverless compute, installed in the task's own process.

Sources: Azure Databricks, "Serverless compute limitations" (caching, streaming triggers, global views; RDDs are refused
by Spark Connect itself), "Configure Spark properties for serverless notebooks and jobs", "What is serverless egress
control?".
The errors carry Databricks' conditions: NOT_SUPPORTED_WITH_SERVERLESS, CONFIG_NOT_AVAILABLE and
INFINITE_STREAMING_TRIGGER_NOT_SUPPORTED.
"""

import ipaddress
import re
import socket
import sys
from collections.abc import Callable
from typing import Any

from localcloud.services.network.destinations import allowed

SETTINGS = (
    "spark.databricks.execution.timeout",
    "spark.sql.ansi.enabled",
    "spark.sql.legacy.timeParserPolicy",
    "spark.sql.session.timeZone",
    "spark.sql.shuffle.partitions",
)
_FRAME = ("persist", "cache", "unpersist", "createGlobalTempView", "createOrReplaceGlobalTempView")
_CATALOG = ("cacheTable", "uncacheTable", "clearCache")
_CACHING = re.compile(r"\s*(CACHE|UNCACHE|REFRESH)\s+(LAZY\s+)?TABLE\b|\s*CLEAR\s+CACHE\b", re.I)
_SET = re.compile(r"\s*SET\s+(?P<name>spark\.[\w.]+)\s*=", re.I)
_ENDING = frozenset({"available_now", "once"})


def install(egress: list[str] | None) -> None:
    """Install the restrictions in this process. `egress` are the hosts that it may reach; None for all."""
    _install_spark()
    if egress is not None:
        _install_network(egress)


def _install_spark() -> None:
    from pyspark.sql.connect.catalog import Catalog  # noqa: PLC0415 - the template has it loaded
    from pyspark.sql.connect.conf import RuntimeConf  # noqa: PLC0415
    from pyspark.sql.connect.dataframe import DataFrame  # noqa: PLC0415
    from pyspark.sql.connect.session import SparkSession  # noqa: PLC0415
    from pyspark.sql.connect.streaming.readwriter import DataStreamWriter  # noqa: PLC0415

    for kind, names in ((DataFrame, _FRAME), (Catalog, _CATALOG)):
        for name in names:
            setattr(kind, name, _refusal(name))
    _guard(RuntimeConf, "set", _require_setting)
    _guard(SparkSession, "sql", _require_statement)
    _guard(DataStreamWriter, "_start_internal", _require_end)


def _refusal(name: str) -> Callable[..., None]:
    def refuse(*_: object, **__: object) -> None:
        raise _error("NOT_SUPPORTED_WITH_SERVERLESS", f"{name} is not supported on serverless compute")

    return refuse


def _guard(kind: type, name: str, require: Callable[..., None]) -> None:
    """Make `kind.name` call `require` first, with the same arguments."""
    original = getattr(kind, name)

    def guarded(*given: Any, **named: Any) -> Any:
        require(*given, **named)
        return original(*given, **named)

    setattr(kind, name, guarded)


def _require_setting(_: object, key: str, *__: object, **___: object) -> None:
    if key not in SETTINGS:
        known = ", ".join(SETTINGS)
        raise _error("CONFIG_NOT_AVAILABLE", f"{key} cannot be set on serverless compute; these can: {known}")


def _require_statement(session: object, text: str, *_: object, **__: object) -> None:
    if _CACHING.match(text):
        raise _error("NOT_SUPPORTED_WITH_SERVERLESS", f"{text.strip()!r}: nothing is cached on serverless compute")
    if found := _SET.match(text):
        _require_setting(session, found["name"])


def _require_end(writer: Any, *_: object, **__: object) -> None:
    if writer._write_proto.WhichOneof("trigger") not in _ENDING:
        raise _error(
            "INFINITE_STREAMING_TRIGGER_NOT_SUPPORTED",
            "a stream on serverless compute needs trigger(availableNow=True)",
        )


def _error(condition: str, message: str) -> Exception:
    from pyspark.errors import AnalysisException  # noqa: PLC0415

    return AnalysisException(f"[{condition}] {message}. SQLSTATE: 0A000")


def _install_network(egress: list[str]) -> None:
    """Check names when they are resolved, and addresses when they are connected to, by the names they came from."""
    resolved: set[str] = set()
    original = socket.getaddrinfo

    def getaddrinfo(host: Any, *given: Any, **named: Any) -> Any:
        _require_host(_text(host), egress)
        found = original(host, *given, **named)
        resolved.update(str(answer[4][0]) for answer in found)
        return found

    def audit(event: str, given: tuple[Any, ...]) -> None:
        if event == "socket.gethostbyname":
            _require_host(_text(given[0]), egress)
        if event == "socket.connect" and isinstance(given[1], tuple) and _text(given[1][0]) not in resolved:
            _require_host(_text(given[1][0]), egress)

    socket.getaddrinfo = getaddrinfo
    sys.addaudithook(audit)


def _require_host(host: str, egress: list[str]) -> None:
    if not _is_local(host) and not allowed(host, egress):
        raise ConnectionRefusedError(
            f"{host} is not among the destinations that the workspace's network policy allows: "
            f"{', '.join(egress) or 'none'}"
        )


def _is_local(host: str) -> bool:
    try:
        return host in ("", "localhost") or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _text(host: Any) -> str:
    """`host` as text: Python also accepts bytes, and None for this machine."""
    return host.decode() if isinstance(host, bytes) else str(host or "")
