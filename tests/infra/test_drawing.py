"""The drawing of the platform shows what the stacks make, and no less."""

from collections.abc import Callable
from pathlib import Path

import pytest

from infra.drawing import END, PAGE, START, drawing, write
from tests.infra.conftest import Documents, edit
from tests.infra.networks import to_ip_allow_list


def test_the_page_has_the_drawing_of_what_is_shipped(shipped: Documents) -> None:
    """docs/architecture.md is current; else write it anew: `python -m infra.drawing`."""
    assert f"{START}\n```mermaid\n{drawing(shipped)}\n```\n{END}" in PAGE.read_text(encoding="utf-8")


def test_each_arrow_is_a_binding(documents: Documents) -> None:
    """Every workspace writes its own catalog; of the others dev alone reads prod's, and nobody writes one."""
    arrows = [line.strip() for line in drawing(documents).splitlines() if "_catalog" in line and ">" in line]
    assert sorted(line for line in arrows if "workspace" in line.split()[0]) == [
        "dev_workspace -.->|reads only| prod_catalog",
        "dev_workspace ==>|reads, writes| dev_catalog",
        "prod_workspace ==>|reads, writes| prod_catalog",
        "staging_workspace ==>|reads, writes| staging_catalog",
    ]


def test_a_binding_that_is_added_is_drawn(workspaces: Path, synthesized: Callable[[], Documents]) -> None:
    """The drawing follows the stacks."""
    edit(workspaces / "prod.yaml", "read_by: [dev]", "read_by: [dev, staging]")
    assert "  staging_workspace -.->|reads only| prod_catalog" in drawing(synthesized()).splitlines()


def test_without_a_hub_none_is_drawn(workspaces: Path, synthesized: Callable[[], Documents]) -> None:
    """The profile ip-allow-list has the lake and the workspaces alone."""
    to_ip_allow_list(workspaces)
    text = drawing(synthesized())
    assert "firewall" not in text
    assert "peered" not in text
    assert "dev_workspace ==>|reads, writes| dev_catalog" in text


def test_a_page_without_marks_is_refused(tmp_path: Path) -> None:
    """The drawing is put where the page says, and nowhere else."""
    page = tmp_path / "page.md"
    page.write_text(f"before\n{START}\nold\n{END}\nafter\n", encoding="utf-8")
    write(page, "flowchart TB")
    assert page.read_text(encoding="utf-8") == f"before\n{START}\n```mermaid\nflowchart TB\n```\n{END}\nafter\n"
    page.write_text("nothing\n", encoding="utf-8")
    with pytest.raises(ValueError, match="put them where the drawing belongs"):
        write(page, "flowchart TB")
