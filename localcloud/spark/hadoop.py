"""Hadoop's configuration, reduced to the settings for local files.

Spark copies it into every query, and serializes it for every scan. With the thousand defaults of Hadoop's libraries,
most of them for absent file systems and clusters, that took a tenth of the CPU time.
"""

from pathlib import Path
from zipfile import ZipFile

# Defaults that must be set, because Hadoop's code has none of its own for them.
_CORE = {
    "fs.defaultFS": "file:///",
    "fs.AbstractFileSystem.file.impl": "org.apache.hadoop.fs.local.LocalFs",
    "hadoop.security.authentication": "simple",
    "hadoop.tmp.dir": "${java.io.tmpdir}/hadoop",
    "io.file.buffer.size": "65536",
}


def write_defaults(path: Path) -> Path:
    """A jar whose files take precedence over those of the libraries, if it is first in the class path."""
    with ZipFile(path, "w") as jar:
        for name, values in {"core": _CORE, "mapred": {}, "yarn": {}}.items():
            jar.writestr(f"{name}-default.xml", _document(values))
    return path


def _document(values: dict[str, str]) -> str:
    properties = "".join(
        f"  <property><name>{name}</name><value>{value}</value></property>\n" for name, value in values.items()
    )
    return f"<configuration>\n{properties}</configuration>\n"
