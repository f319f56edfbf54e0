"""The file of waivers: read whole, with every mistake at once."""

from pathlib import Path

import pytest

from policies.exceptions import UnreadableExceptions
from policies.scan.waivers import read_waivers

_GOOD = """\
waivers:
  - rule: CKV_AZURE_206
    address: "*-platform/azurerm_storage_account.*"
    reason: One region is enough for a lake that is rebuilt from its sources.
    owner: platform-admins
    expires: 2027-06-30
"""


def _file(folder: Path, text: str) -> Path:
    file = folder / "waivers.yaml"
    file.write_text(text)
    return file


def test_a_good_file_is_read(tmp_path: Path) -> None:
    """Every part of a waiver."""
    (waiver,) = read_waivers([_file(tmp_path, _GOOD)])
    assert (waiver.rule, waiver.owner, str(waiver.expires)) == ("CKV_AZURE_206", "platform-admins", "2027-06-30")
    assert waiver.covers("CKV_AZURE_206", "dev-platform/azurerm_storage_account.lake")
    assert not waiver.covers("CKV_AZURE_206", "hub/azurerm_storage_account.lake")


def test_all_mistakes_are_told_together(tmp_path: Path) -> None:
    """No reason, no owner, a date that is none, and a waiver of a rule everywhere."""
    text = """\
waivers:
  - {rule: CKV_AZURE_206, address: "*", reason: because, owner: me, expires: never}
  - {rule: everything, address: "a/azurerm_subnet.b", expires: 2027-01-01, skip: true}
"""
    with pytest.raises(UnreadableExceptions) as raised:
        read_waivers([_file(tmp_path, text)])
    said = str(raised.value)
    for part in ("1: address", "1: reason", "1: owner", "1: expires", "2: rule", "2: reason", "2: owner", "2: skip"):
        assert f"waivers {part}" in said


def test_a_file_that_is_missing_or_no_yaml_is_refused(tmp_path: Path) -> None:
    """A scan without its waivers is not the scan that was agreed on."""
    with pytest.raises(UnreadableExceptions, match="cannot be read"):
        read_waivers([tmp_path / "none.yaml"])
    with pytest.raises(UnreadableExceptions, match="cannot be read"):
        read_waivers([_file(tmp_path, "waivers: [")])


def test_an_empty_file_holds_none(tmp_path: Path) -> None:
    """The best file."""
    assert read_waivers([_file(tmp_path, "")]) == []
