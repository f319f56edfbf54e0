"""Measures the search for secrets on synthetic secrets, in realistic settings, and on as many look-alikes.

It compares with detect-secrets, and with gitleaks if it is on the PATH (`go install
github.com/zricethezav/gitleaks/v8@v8.21.2`). `python -m bench.secrets` writes only its part of `docs/performance.md`,
in a minute.
"""

import base64
import json
import random
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.page import rewrite
from policies.secrets.search import search

TITLE = "## Search for secrets: recall and false alarms"
MIN_RECALL, MAX_FALSE_ALARMS = 0.96, 0.04
_SEEDS = range(10)
_HEX = "0123456789abcdef"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True)
class Rates:
    """Shares of settings, 0 to 1: secrets found, and look-alikes flagged; and the wrongly judged settings."""

    recall: float
    false_alarms: float
    missed: tuple[str, ...]
    flagged: tuple[str, ...]


class Maker:
    """Generates secrets of known form, and random ones."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - secrets made up for a measurement

    def letters(self, count: int, alphabet: str = LETTERS) -> str:
        """A text of so many characters, each drawn from the alphabet."""
        return "".join(self._random.choices(alphabet, k=count))

    @property
    def token(self) -> str:
        """A personal access token of Databricks."""
        return "dapi" + self.letters(32, _HEX)

    @property
    def client_secret(self) -> str:
        """A client secret of Entra ID."""
        return f"{self.letters(3)}8Q~{self.letters(34)}"

    @property
    def key(self) -> str:
        """A key of a storage account."""
        return base64.b64encode(self._random.randbytes(64)).decode()

    @property
    def password(self) -> str:
        """A random password of 20 characters."""
        return "".join(self.letters(1, _HEX[:10]) + self.letters(1, LETTERS[:52]) for _ in range(10))


Setting = Callable[[Maker], str]

# By file name: its content. One secret each.
SECRETS: Mapping[str, Setting] = {
    "client.py": lambda m: f'w = WorkspaceClient(host="https://adb-1.1.azuredatabricks.net", token="{m.token}")\n',
    "headers.py": lambda m: f'response = requests.get(url, headers={{"Authorization": "Bearer {m.token}"}})\n',
    "default.py": lambda m: f'os.environ.setdefault("DATABRICKS_TOKEN", "{m.token}")\n',
    "entra.py": lambda m: f'credential = ClientSecretCredential(tenant, client, "{m.client_secret}")\n',
    "entra_named.py": lambda m: f'c = ClientSecretCredential(tenant, client, client_secret="{m.client_secret}")\n',
    "spark.py": lambda m: f'spark.conf.set("fs.azure.account.key.lake.dfs.core.windows.net", "{m.key}")\n',
    "read.py": lambda m: f'df = spark.read.format("jdbc").options(user="etl", password="{m.password}").load()\n',
    "notebook.ipynb": lambda m: f'{{"cells": [{{"source": ["w = Client(token=\\"{m.token}\\")"]}}]}}\n',
    "main.tf": lambda m: f'provider "databricks" {{\n  token = "{m.token}"\n}}\n',
    "mount.tf": lambda m: f'extra_configs = {{\n  "fs.azure.account.key.a.blob.core.windows.net" = "{m.key}"\n}}\n',
    "prod.tfvars": lambda m: f'sp_client_secret = "{m.client_secret}"\n',
    "terraform.tfstate": lambda m: f'{{"attributes": {{"name": "lake", "primary_access_key": "{m.key}"}}}}\n',
    "secret.yaml": lambda m: f"kind: Secret\ndata:\n  pat: {base64.b64encode(m.token.encode()).decode()}\n",
    "secret_entra.yaml": lambda m: f"kind: Secret\ndata:\n  x: {base64.b64encode(m.client_secret.encode()).decode()}\n",
    "pipeline.yaml": lambda m: f"steps:\n  - script: databricks bundle deploy\n    env:\n      PAT: {m.token}\n",
    "job.sh": lambda m: f'curl -H "Authorization: Bearer {m.token}" https://adb-1.1.azuredatabricks.net/api\n',
    "jdbc.properties": lambda m: (
        f"url=jdbc:sqlserver://db:1433;database=crm;user=etl;password={m.password};encrypt=true\n"
    ),
    "jdbc.py": lambda m: f'url = "jdbc:postgresql://db/crm?user=etl&password={m.password}&ssl=true"\n',
    "events.py": lambda m: f'c = "Endpoint=sb://e.servicebus.windows.net/;SharedAccessKey={m.key[:43]}="\n',
    "storage.env": lambda m: f"CONNECTION=DefaultEndpointsProtocol=https;AccountName=lake;AccountKey={m.key}\n",
    "sas.md": lambda m: f"See https://lake.blob.core.windows.net/c?sv=2024-11-04&sig={m.letters(43)}%3D\n",
    "Pipfile.lock": lambda m: f'{{"sources": [{{"url": "https://build:{m.password}@index.corp.net/simple"}}]}}\n',
    "poetry.lock": lambda m: f'url = "https://build:{m.password}@index.corp.net/simple"\n',
    "diagram.svg": lambda m: f"<svg><text>token {m.token}</text></svg>\n",
    "swagger.yaml": lambda m: f"example:\n  Authorization: Bearer {m.token}\n",
    ".databrickscfg": lambda m: f"[DEFAULT]\nhost = https://adb-1.1.azuredatabricks.net\ntoken = {m.token}\n",
    ".env": lambda m: f"DB_PASSWORD={m.password}\n",
    "utf16.ps1": lambda m: f'$env:DATABRICKS_TOKEN = "{m.token}"\r\n',
    "latin1.ini": lambda m: f"; für den Zugriff\ntoken = {m.token}\n",
    "server.log": lambda m: f"2026-01-02 INFO request by {m.token} took 3 ms\n",
    ".netrc": lambda m: f"machine adb-1.1.azuredatabricks.net login token password {m.password}\n",
    "hive-site.xml": lambda m: (
        f"<property><name>ConnectionPassword</name><password>{m.password}</password></property>\n"
    ),
    "values.yaml": lambda m: f"postgres:\n  db_password: {m.password}\n",
    "odbc.ini": lambda m: f"Connection=Driver=Simba;Host=adb-1;UID=token;PWD={m.token}\n",
    "function.http": lambda m: f"POST https://app.azurewebsites.net/api/score?code={m.letters(54)}==\n",
    "gateway.http": lambda m: f"Ocp-Apim-Subscription-Key: {m.letters(32, _HEX)}\n",
    "config.share": lambda m: f'{{"endpoint": "https://share.corp.net", "bearerToken": "{m.password}"}}\n',
    "login.ps1": lambda m: f"az login --service-principal -u app -p {m.client_secret} --tenant corp\n",
    "hub.py": lambda m: f'login("hf_{m.letters(34)}")\n',
    "page.html": lambda m: f'<a href="https://lake.blob.core.windows.net/c?sv=2024&amp;sig={m.letters(43)}%3D">x</a>\n',
}

LOOK_ALIKES: Mapping[str, Setting] = {
    "vault.tf": lambda _: "password = data.azurerm_key_vault_secret.db.value\n",
    "resource.tf": lambda _: "client_secret = azuread_application_password.app.value\n",
    "variable.tf": lambda _: "token = var.databricks_token\n",
    "module.tf": lambda _: 'sas_token = "${module.storage.sas_token}"\n',
    "sensitive.tf": lambda _: 'output "token" {\n  sensitive = true\n}\n',
    "readme.md": lambda _: "export DATABRICKS_TOKEN=dapi" + "X" * 32 + "\n",
    "zeros.md": lambda _: "token: dapi" + "0" * 32 + "\n",
    "angle.md": lambda _: "token = <your-token>\n",
    "sample.env": lambda _: "DB_PASSWORD=changeme\n",
    "example.env": lambda _: "API_KEY=your-api-key\n",
    "stars.log": lambda _: "password: ********\n",
    "redacted.log": lambda _: 'token="REDACTED"\n',
    "fill.yaml": lambda _: "client_secret: FILL-IN\n",
    "replace.py": lambda _: 'password = "replace-me-before-use"\n',
    "scope.py": lambda _: 'secret_scope = "prod-credit-scope"\n',
    "scope.yaml": lambda _: "secret_scope: prod-lake-reader\n",
    "name.py": lambda _: 'secret_name = "lake-reader-client"\n',
    "dbutils.py": lambda _: 'password = dbutils.secrets.get(scope="prod", key="db")\n',
    "environ.py": lambda _: 'token = os.environ["DATABRICKS_TOKEN"]\n',
    "reference.json": lambda _: '{"spark_conf": {"fs.azure.account.key.a": "{{secrets/prod/lake}}"}}\n',
    "cluster.yaml": lambda _: 'env:\n  DB_PASSWORD: "{{secrets/prod/db}}"\n',
    "actions.yml": lambda _: "token: ${{ secrets.DATABRICKS_TOKEN }}\n",
    "azure.yml": lambda _: "token: $(databricksToken)\n",
    "app.json": lambda _: '{"password": "@Microsoft.KeyVault(SecretUri=https://kv.vault.azure.net/secrets/db)"}\n',
    "digest.lock": lambda m: f'{{"hash": "sha256:{m.letters(64, _HEX)}"}}\n',
    "package-lock.json": lambda m: f'{{"integrity": "sha512-{m.key}"}}\n',
    "commit.txt": lambda m: f"built from {m.letters(40, _HEX)}\n",
    "uri.yaml": lambda _: "token_url: https://login.microsoftonline.com/common/oauth2/v2.0/token\n",
    "lifetime.tf": lambda _: "delta_sharing_recipient_token_lifetime_in_seconds = 2592000\n",
    "image.yaml": lambda m: f"image: registry.corp.net/app@sha256:{m.letters(64, _HEX)}\n",
    "shell.sh": lambda _: 'curl -H "Authorization: Bearer $DATABRICKS_TOKEN" https://adb-1.1.azuredatabricks.net/api\n',
    "format.py": lambda _: 'headers = {"Authorization": f"Bearer {token}"}\n',
    "none.py": lambda _: "client = Client(password=None, token=token)\n",
    "prompt.py": lambda _: 'password = getpass.getpass("Password: ")\n',
    "jinja.yaml": lambda _: 'db_password: "{{ db_password }}"\n',
    "key_ref.yaml": lambda _: "valueFrom:\n  secretKeyRef:\n    name: lake-reader\n    key: password\n",
    "version.tf": lambda m: f'secret_id = "https://kv.vault.azure.net/secrets/db/{m.letters(32, _HEX)}"\n',
    "tenant.env": lambda _: "AZURE_CLIENT_ID=6f1a9c1e-7b7a-4d0e-9a51-0f5a0c4f3b21\n",
    "connection.md": lambda _: "Endpoint=sb://<name>.servicebus.windows.net/;SharedAccessKey=<key>\n",
    "names.sql": lambda _: "SELECT secret('prod-credit', 'lake-password') AS token\n",
}
_ENCODINGS = {"utf16.ps1": "utf-16", "latin1.ini": "latin-1"}
Search = Callable[[list[Path], Path], set[str]]


def rates(find: Search, seeds: Sequence[int] = _SEEDS) -> Rates:
    """The rates of one search over all settings and seeds. A setting counts as found if its file is found."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        secrets = written(root / "secrets", SECRETS, seeds)
        others = written(root / "look-alikes", LOOK_ALIKES, seeds)
        found = find([*secrets, *others], root)
        missed = [file.name for file in secrets if str(file.relative_to(root)) not in found]
        flagged = [file.name for file in others if str(file.relative_to(root)) in found]
        return Rates(
            recall=1 - len(missed) / len(secrets),
            false_alarms=len(flagged) / len(others),
            missed=tuple(dict.fromkeys(missed)),
            flagged=tuple(dict.fromkeys(flagged)),
        )


def ours(files: list[Path], root: Path) -> set[str]:
    """Files in which `mlops secrets` finds a secret."""
    return {one.path for one in search(files, root)}


def as_it_comes(files: list[Path], root: Path) -> set[str]:
    """Files in which detect-secrets finds a secret with its default settings."""
    from detect_secrets.core.secrets_collection import SecretsCollection  # noqa: PLC0415 - takes a second
    from detect_secrets.settings import default_settings  # noqa: PLC0415

    collection = SecretsCollection()
    with default_settings():
        for file in files:
            collection.scan_file(str(file))
    return {Path(name).relative_to(root).as_posix() for name in collection.files}


def by_gitleaks(files: list[Path], root: Path) -> set[str]:
    """Files in which gitleaks finds a secret with its default rules. Raises OSError if it is not installed."""
    report = root / "gitleaks.json"
    command = ["gitleaks", "dir", str(root), "--no-banner", "--exit-code", "0", "--log-level", "error"]
    subprocess.run([*command, "--report-format", "json", "--report-path", str(report)], check=True)
    named = {str(file): file.relative_to(root).as_posix() for file in files}
    return {named[one["File"]] for one in json.loads(report.read_text()) if one["File"] in named}


def written(folder: Path, settings: Mapping[str, Setting], seeds: Sequence[int]) -> list[Path]:
    """A file for each setting and seed."""
    files = []
    for seed in seeds:
        (folder / str(seed)).mkdir(parents=True)
        for name, text in settings.items():
            files.append(folder / str(seed) / name)
            files[-1].write_text(text(Maker(seed)), encoding=_ENCODINGS.get(name, "utf-8"))
    return files


def section() -> list[str]:
    """The section of the page."""
    rows = {"`mlops secrets`": rates(ours), "detect-secrets as it comes": rates(as_it_comes)}
    missing = "" if shutil.which("gitleaks") else " gitleaks is not on the PATH: not measured."
    rows |= {} if missing else {"gitleaks as it comes": rates(by_gitleaks)}
    return [
        TITLE,
        f"Synthetic secrets in {len(SECRETS)} settings and {len(LOOK_ALIKES)} look-alikes, each with {len(_SEEDS)} "
        f"seeds. Limits: recall at least {MIN_RECALL}, look-alikes flagged at most {MAX_FALSE_ALARMS}.{missing}",
        "",
        "| | recall | look-alikes flagged | misses | flags |",
        "| --- | --- | --- | --- | --- |",
        *(
            f"| {name} | {one.recall:.2f} | {one.false_alarms:.2f} "
            f"| {', '.join(one.missed) or 'none'} | {', '.join(one.flagged) or 'none'} |"
            for name, one in rows.items()
        ),
        "",
    ]


if __name__ == "__main__":
    rewrite(section())
