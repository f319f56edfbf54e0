"""Hadoop's configuration, cut down to what local files need.

Spark copies it into every query, and writes and reads it for every scan. With the thousand defaults that Hadoop's
libraries bring, most of them of file systems and clusters that are not here, that took a tenth of the processor.
"""

from pathlib import Path
from zipfile import ZipFile

# Defaults that have to be said, since Hadoop's code has none of its own for them.
_CORE = {
    "fs.defaultFS": "file:///",
    "fs.AbstractFileSystem.file.impl": "org.apache.hadoop.fs.local.LocalFs",
    "hadoop.security.authentication": "simple",
    "hadoop.tmp.dir": "${java.io.tmpdir}/hadoop",
    "io.file.buffer.size": "65536",
}


def write_defaults(path: Path) -> Path:
    """A jar whose files are found before those of the libraries, if it stands first in the class path."""
    with ZipFile(path, "w") as jar:
        for name, values in {"core": _CORE, "mapred": {}, "yarn": {}}.items():
            jar.writestr(f"{name}-default.xml", _document(values))
    return path


def _document(values: dict[str, str]) -> str:
    properties = "".join(
        f"  <property><name>{name}</name><value>{value}</value></property>\n" for name, value in values.items()
    )
    return f"<configuration>\n{properties}</configuration>\n"
