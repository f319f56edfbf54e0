"""What holds for every page of the console."""

from localcloud.kernel.parity import Behaviour, Level

_AREA = "a look inside"
_TESTS = "tests/localcloud/services/console"

BEHAVIOURS = (
    Behaviour(
        area=_AREA,
        does="no page without a session, which a one-time link of an admin opens once",
        level=Level.LOCAL,
        follows="docs/localcloud.md",
        witness=f"{_TESTS}/test_visits.py::test_a_link_opens_one_session",
    ),
    Behaviour(
        area=_AREA,
        does="a page answers to its own address alone, and loads nothing of others",
        level=Level.LOCAL,
        follows="docs/localcloud.md",
        witness=f"{_TESTS}/test_visits.py::test_another_sites_name_does_not_lead_here",
    ),
    Behaviour(
        area=_AREA,
        does="names, logs and what a model answers are text on every page",
        level=Level.LOCAL,
        follows="docs/localcloud.md",
        witness=f"{_TESTS}/test_pages.py::test_hostile_words_are_text_on_every_page",
    ),
    Behaviour(
        area=_AREA,
        does="the latest 1,000 calls are kept, without what links and queries hold",
        level=Level.LOCAL,
        follows="docs/localcloud.md",
        witness=f"{_TESTS}/test_calls.py::test_a_call_is_kept_without_its_secrets",
    ),
)
