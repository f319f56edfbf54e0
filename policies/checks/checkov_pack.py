"""The file that checkov loads: every rule of the pack as a checkov check, with severity, reason and fix.

`checkov -d DIR --external-checks-dir policies/checks` runs the rules on HCL, on plans and on CDKTF's JSON. If a
critical or high rule cannot decide, checkov reports a failure whose details begin with UNKNOWN; other undecided results
are left out.
"""

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from checkov.common.bridgecrew.severities import Severities
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.provider.base_check import BaseProviderCheck
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck
from checkov.terraform_json.runner import TerraformJsonRunner

# checkov loads this file under its bare name, so the package gets a name that no other pack uses.
_PACKAGE = "mlops_policy_checks"
_FOLDER = Path(__file__).resolve().parent


def _part(name: str) -> ModuleType:
    """A module of the pack, wherever its folder is."""
    if _PACKAGE not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            _PACKAGE, _FOLDER / "__init__.py", submodule_search_locations=[str(_FOLDER)]
        )
        if spec is None or spec.loader is None:
            raise ImportError(f"{_FOLDER}: not a package; copy the folder as a whole")
        sys.modules[_PACKAGE] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[_PACKAGE])
    return importlib.import_module(f"{_PACKAGE}.engine.{name}")


_documents = _part("checkov_documents")
_Result = _part("verdict").Result


_PROVIDER = "provider."


class PackCheck(BaseResourceCheck):
    """One rule."""

    def __init__(self, rule: Any) -> None:
        super().__init__(**_about(rule), supported_resources=list(rule.types))
        self.severity = Severities[rule.severity.upper()]  # type: ignore[assignment]  # checkov declares None
        self._rule = rule

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        """The rule's verdict, in checkov's form."""
        resource = _documents.resource_of(conf, self.entity_type, self.entity_path, self.graph)
        result, self.details = _said(self._rule, resource)
        return result


class PackProviderCheck(BaseProviderCheck):
    """One rule about blocks of providers."""

    def __init__(self, rule: Any) -> None:
        names = [type_.removeprefix(_PROVIDER) for type_ in rule.types]
        super().__init__(**_about(rule), supported_provider=names)
        self.severity = Severities[rule.severity.upper()]  # type: ignore[assignment]  # checkov declares None
        self._rule = rule

    def scan_provider_conf(self, conf: dict[str, Any]) -> CheckResult:
        """The rule's verdict, in checkov's form."""
        result, self.details = _said(self._rule, _documents.provider_of(conf, self.entity_type))
        return result


def _about(rule: Any) -> dict[str, Any]:
    return {
        "name": rule.name,
        "id": rule.id,
        "categories": [CheckCategories.GENERAL_SECURITY],
        "guideline": f"{rule.fix} ({rule.control})",
    }


def _said(rule: Any, resource: Any) -> tuple[CheckResult, list[str]]:
    """A rule's verdict on a resource, with its details."""
    verdict = rule.judge(resource)
    if verdict.result is _Result.UNKNOWN:
        result = CheckResult.FAILED if rule.blocks(verdict.result) else CheckResult.UNKNOWN
        return result, [f"UNKNOWN: {verdict.reason}"]
    result = CheckResult.PASSED if verdict.result is _Result.PASS else CheckResult.FAILED
    return result, [verdict.reason] if verdict.reason else []


def _remember_terraform_json() -> None:
    """Give checks the whole document of CDKTF's JSON, for which checkov has no graph."""
    scan = TerraformJsonRunner.add_python_check_results

    def remembering(runner: TerraformJsonRunner, *args: Any, **kwargs: Any) -> None:
        _documents.remember(runner.definitions, runner.root_folder)
        scan(runner, *args, **kwargs)

    TerraformJsonRunner.add_python_check_results = remembering  # type: ignore[method-assign,assignment]


# checkov loads the pack once per framework, into one list of checks.
if _documents.is_first_load():
    _remember_terraform_json()
    for _rule in _part("catalogue").rules():
        (PackProviderCheck if _rule.types[0].startswith(_PROVIDER) else PackCheck)(_rule)
