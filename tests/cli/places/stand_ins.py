"""Programs in the place of docker, az, kubelogin and kubectl: they write down what they are asked, and answer alike."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.cli.places.exported import CLIENT

DIGEST = f"sha256:{'a' * 64}"
NAMES = ("az", "docker", "kubelogin", "kubectl")
_PROGRAM = """#!{python}
import json, sys
from pathlib import Path

folder, name, given = Path({folder!r}), Path(sys.argv[0]).name, sys.argv[1:]
asked = {{flag: value for flag, value in zip(given, given[1:]) if flag.startswith("--")}}
with (folder / "asked.jsonl").open("a") as log:
    log.write(json.dumps([name, *given]) + "\\n")
if name in json.loads((folder / "fail.json").read_text()):
    sys.exit("no way in")
if "--metadata-file" in asked:
    (folder / "pushed").touch()
    Path(asked["--metadata-file"]).write_text(json.dumps({{"containerimage.digest": {digest!r}}}))
if "--federated-token" in asked:
    token = Path(asked["--federated-token"].removeprefix("@"))
    assert token.stat().st_mode & 0o077 == 0
    with (folder / "tokens").open("a") as log:
        print(token.read_text(), file=log)
if given[:3] == ["acr", "repository", "show"]:
    print({digest!r}) if (folder / "pushed").exists() else sys.exit("no such image")
if given[:2] == ["identity", "show"]:
    print({client!r})
sent = asked.get("--filename") or asked.get("--body", "").removeprefix("@")
if sent:
    (folder / Path(sent).name).write_text(Path(sent).read_text())
"""


@dataclass(frozen=True)
class StandIns:
    """Those of one folder, which is put on PATH. What kubectl and az were sent lies beside, by its name."""

    folder: Path

    def fail(self, *names: str) -> None:
        """From now on these fail, and no others."""
        (self.folder / "fail.json").write_text(json.dumps(names))

    def taken(self) -> list[list[str]]:
        """What was asked since this was last called: words without flags and their values."""
        log = self.folder / "asked.jsonl"
        asked = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        log.unlink(missing_ok=True)
        return [_words(each) for each in asked]


def stand_ins(folder: Path) -> StandIns:
    """Make them; the registry is empty."""
    folder.mkdir()
    for name in NAMES:
        program = folder / name
        program.write_text(_PROGRAM.format(python=sys.executable, folder=str(folder), digest=DIGEST, client=CLIENT))
        program.chmod(0o755)
    made = StandIns(folder)
    made.fail()
    return made


def _words(asked: list[str]) -> list[str]:
    """Up to the first flag; of kubectl, whose first one names its configuration, after that."""
    if asked[:2] == ["kubectl", "--kubeconfig"]:
        asked = [asked[0], *asked[3:]]
    if asked[1] == "--namespace":
        asked = [asked[0], *asked[3:]]
    end = next((at for at, word in enumerate(asked) if word.startswith("--")), len(asked))
    return asked[:end]
