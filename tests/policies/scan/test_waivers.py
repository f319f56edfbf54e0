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
    file = _file(tmp_path, text)
    with pytest.raises(UnreadableExceptions) as raised:
        read_waivers([file])
    said = str(raised.value).splitlines()
    assert said == [
        f"{file}: waivers.1.reason is 'because'; it should have at least 20 characters",
        f"{file}: waivers.1.owner is 'me'; it should have at least 3 characters",
        f"{file}: waivers.1.expires is 'never'; it should be a valid date",
        f"{file}: waivers.1.address is '*'; it should match pattern '^[^/]+/[a-z*][a-z0-9_*]{{4,}}\\..+$'",
        f"{file}: waivers.2.reason is missing; waivers.2 needs it",
        f"{file}: waivers.2.owner is missing; waivers.2 needs it",
        f"{file}: waivers.2.rule is 'everything'; it should match pattern '^CKV2?_[A-Z0-9]+_\\d+$'",
        f"{file}: waivers.2 has skip; allowed are reason, owner, expires, rule, address",
    ]


def test_a_list_under_another_name_is_refused(tmp_path: Path) -> None:
    """It would be read as a file without waivers; so would a list that is none."""
    with pytest.raises(UnreadableExceptions, match="the file has waiver; allowed are waivers"):
        read_waivers([_file(tmp_path, _GOOD.replace("waivers:", "waiver:"))])
    with pytest.raises(UnreadableExceptions, match="waivers is None; it should be a list"):
        read_waivers([_file(tmp_path, "waivers:\n")])


def test_a_file_that_is_missing_or_no_yaml_is_refused(tmp_path: Path) -> None:
    """A scan without its waivers is not the scan that was agreed on."""
    with pytest.raises(UnreadableExceptions, match="cannot be read"):
        read_waivers([tmp_path / "none.yaml"])
    with pytest.raises(UnreadableExceptions, match="cannot be read"):
        read_waivers([_file(tmp_path, "waivers: [")])


def test_an_empty_file_holds_none(tmp_path: Path) -> None:
    """The best file."""
    assert read_waivers([_file(tmp_path, "")]) == []
