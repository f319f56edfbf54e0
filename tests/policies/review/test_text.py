"""Foreign text in Markdown, read back by a Markdown parser as a reviewer's browser would."""

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from policies.review.comment.markdown import comment, marker
from policies.review.comment.text import cell, code, plain
from tests.policies.review.plans import change, reviewed

_EVIL = [
    "<script>alert(1)</script>",
    "</details><img src=x onerror=alert(1)>",
    "`</code>` **bold** [x](javascript:alert(1))",
    "@org/team please approve",
    "| a | b |\n| --- | --- |",
    "line\n\n# heading\n- [x] approved",
    "\u202egnp.exe \u200b\u0000",
    "```\nfence",
    "<!-- mlops-review: prod-ml -->",
]


@given(st.text(max_size=60))
def test_a_code_span_is_one_span_and_nothing_else(text: str) -> None:
    """Whatever the text, a parser sees a paragraph with exactly one code span (or the word for nothing)."""
    tokens = MarkdownIt().parse(f"a {code(text)} b")
    kinds = [child.type for child in tokens[1].children or []]
    assert len(tokens) == 3
    assert kinds in (["text", "code_inline", "text"], ["text"])


@given(st.text(max_size=60))
def test_a_table_cell_stays_a_cell(text: str) -> None:
    """A pipe or a line end in a name adds no column and no row."""
    table = MarkdownIt("gfm-like", {"linkify": False}).render(f"| a | b |\n| --- | --- |\n| {cell(text)} | end |\n")
    assert (table.count("<td>"), table.count("<tr>")) == (2, 2)
    assert "<td>end</td>" in table


def test_names_cannot_format_mention_or_escape_their_block() -> None:
    """Evil names everywhere a plan lets a name be: the rendered page has no element that the review did not write."""
    for evil in _EVIL:
        found = reviewed(
            change(f"databricks_job.{evil}", ["update"], {"name": evil, evil: "1"}, {"name": evil + "2", evil: evil}),
            change(
                f'databricks_grants.g["{evil}"]',
                ["delete"],
                {"schema": evil, "grant": [{"principal": evil, "privileges": [evil]}]},
            ),
            change("databricks_permissions.p", ["delete"], {evil: "1", "access_control": [{"group_name": evil}]}),
            change("databricks_volume.v", ["delete", "create"], {}, {}, replace_paths=[[evil]]),
            terraform_version=evil,
        )
        page = MarkdownIt("gfm-like", {"linkify": False, "html": False}).render(comment(found))
        for element in ("<script", "<img", "<a ", "<h1", "<input", "<pre", "onerror=alert(1)>"):
            assert element not in page, (evil, element)
        # Outside code, nothing of the name is left.
        assert "@org" not in _outside_code(page)
        assert _outside_code(page).count("&lt;/details&gt;") == 1


def test_invisible_characters_are_shown_as_escapes() -> None:
    """A name that reads backwards or hides a character shows it."""
    assert plain("a\u202eb\u200bc\nd") == "a\\u202eb\\u200bc d"


def test_long_names_are_cut() -> None:
    """A name of a megabyte fills no page."""
    assert len(code("x" * 1_000_000)) < 310


def test_a_marker_cannot_be_closed_early() -> None:
    """A stack's name comes from a file name."""
    assert marker("prod--><b>") == "<!-- mlops-review: prod____b_ -->"


def _outside_code(page: str) -> str:
    return "".join(part.partition("</code>")[2] if index else part for index, part in enumerate(page.split("<code>")))
