"""The drawing of the platform shows what the stacks make, and no less."""

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

from infra.drawing import PICTURE, drawing
from infra.drawn import platform
from tests.infra.conftest import Documents, edit
from tests.infra.networks import to_ip_allow_list

_SVG = "{http://www.w3.org/2000/svg}"


def _texts(drawn: str) -> list[str]:
    return [each.text or "" for each in ElementTree.fromstring(drawn).iter(f"{_SVG}text")]


def test_the_picture_is_of_what_is_shipped(shipped: Documents) -> None:
    """docs/pictures/platform.svg is current; else write it anew: `python -m infra.drawing`."""
    assert PICTURE.read_text(encoding="utf-8") == drawing(shipped)


def test_each_arrow_is_a_binding(documents: Documents) -> None:
    """Every workspace writes its own catalog; of the others dev alone reads prod's, and nobody writes one."""
    found = {each.name: (each.writers, each.readers) for each in platform(documents).environments}
    assert found == {"dev": (("dev",), ()), "prod": (("prod",), ("dev",)), "staging": (("staging",), ())}
    paths = [each.get("class") for each in ElementTree.fromstring(drawing(documents)).iter(f"{_SVG}path")]
    assert (paths.count("writes"), paths.count("reads")) == (3, 1)
    assert "read, not written, by dev" in _texts(drawing(documents))


def test_a_binding_that_is_added_is_drawn(workspaces: Path, synthesized: Callable[[], Documents]) -> None:
    """The drawing follows the stacks."""
    edit(workspaces / "prod.yaml", "read_by: [dev]", "read_by: [dev, staging]")
    assert "read, not written, by staging" in _texts(drawing(synthesized()))


def test_without_a_hub_none_is_drawn(workspaces: Path, synthesized: Callable[[], Documents]) -> None:
    """The profile ip-allow-list has the lake and the workspaces alone."""
    to_ip_allow_list(workspaces)
    texts = " ".join(_texts(drawing(synthesized())))
    assert "firewall" not in texts
    assert "peered" not in texts
    assert texts.count("reads and writes") == 3


def test_all_that_is_drawn_lies_inside(shipped: Documents) -> None:
    """No box and no line of text begins beyond the picture's edges, and it names no other address."""
    drawn = drawing(shipped)
    root = ElementTree.fromstring(drawn)
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    for each in [*root.iter(f"{_SVG}rect"), *root.iter(f"{_SVG}text")]:
        assert 0 <= float(each.attrib["x"]) + float(each.get("width", 0)) <= width
        assert 0 <= float(each.attrib["y"]) + float(each.get("height", 0)) <= height
    assert drawn.count("http") == 1
