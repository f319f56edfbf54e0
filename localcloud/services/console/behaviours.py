"""Behaviours of all pages of the console."""

from localcloud.kernel.parity import Behaviour, Level

_AREA = "a look inside"
_TESTS = "tests/localcloud/services/console"

BEHAVIOURS = (
    Behaviour(
        area=_AREA,
        does="every page needs a session, and only an admin's one-time link starts one",
        level=Level.LOCAL,
        follows="docs/localcloud.md",
        witness=f"{_TESTS}/test_visits.py::test_a_link_opens_one_session",
    ),
    Behaviour(
        area=_AREA,
        does="pages answer only on their own host name, and load nothing from other sites",
        level=Level.LOCAL,
        follows="docs/localcloud.md",
        witness=f"{_TESTS}/test_visits.py::test_another_sites_name_does_not_lead_here",
    ),
    Behaviour(
        area=_AREA,
        does="names, logs and model output are shown as text on every page, never as markup",
        level=Level.LOCAL,
        follows="docs/localcloud.md",
        witness=f"{_TESTS}/test_pages.py::test_hostile_words_are_text_on_every_page",
    ),
    Behaviour(
        area=_AREA,
        does="the latest 1,000 calls are kept, without query strings and keys of signed links",
        level=Level.LOCAL,
        follows="docs/localcloud.md",
        witness=f"{_TESTS}/test_calls.py::test_a_call_is_kept_without_its_secrets",
    ),
)
