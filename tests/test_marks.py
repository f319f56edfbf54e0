"""Tests are marked by what they need, a fast one starts nothing, and no skip is silent."""

from pathlib import Path

import pytest

from tests.needs import started_by

CONFTEST = """
import pytest
from tests.needs import starts

@pytest.fixture
@starts("spark")
def session():
    return 1

@pytest.fixture
def table(session):
    return session
"""


@pytest.fixture
def other(pytester: pytest.Pytester, root: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder of tests with this project's plugins and a fixture that starts Spark."""
    monkeypatch.setenv("PYTHONPATH", str(root))
    # Installed plugins take longer to load than these tests to run.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeconftest(CONFTEST)
    pytester.plugins = ["tests.marks", "tests.skips"]
    return pytester


def test_a_test_is_marked_by_what_its_fixtures_start(other: pytest.Pytester) -> None:
    """Through another fixture too; one that asks for none of them is fast."""
    other.makepyfile("def test_direct(session): pass\ndef test_through(table): pass\ndef test_pure(tmp_path): pass")
    spark = other.runpytest_subprocess("-m", "spark", "-v")
    spark.assert_outcomes(passed=2, deselected=1)
    spark.stdout.fnmatch_lines(["*::test_direct PASSED*", "*::test_through PASSED*"])
    fast = other.runpytest_subprocess("-m", "fast", "-v")
    fast.assert_outcomes(passed=1, deselected=2)
    fast.stdout.fnmatch_lines(["*::test_pure PASSED*"])


def test_a_fast_test_that_starts_something_fails(other: pytest.Pytester) -> None:
    """It is told where to say what it starts; marked by hand, it passes."""
    start = "import subprocess, sys\nCOMMAND = [sys.executable, '-c', '', 'mlflow', 'server']\n"
    marked = "import pytest\n@pytest.mark.mlflow\ndef test_marked(): subprocess.run(COMMAND)\n"
    other.makepyfile(f"{start}{marked}def test_silent(): subprocess.run(COMMAND)\n")
    done = other.runpytest_subprocess()
    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(["*it starts: mlflow. Mark it, or the fixture that does*", "FAILED *::test_silent*"])


@pytest.mark.parametrize(
    ("command", "need"),
    [
        (["java", "-cp", "x", "org.apache.spark.sql.connect.service.SparkConnectServer"], "spark"),
        (["python", "-m", "localcloud", "serve"], "cloud"),
        (["python", "-c", "from localcloud.services.jobs.template import main; main(3)"], "programs"),
        (["/usr/bin/git", "status"], None),
    ],
)
def test_a_process_is_known_by_its_command(command: list[str], need: str | None) -> None:
    """A server, the template of jobs' tasks; not what any test may start."""
    assert started_by(command) == need


def test_a_fixture_cannot_start_what_nobody_knows(other: pytest.Pytester) -> None:
    """A mistyped word is refused where it stands."""
    other.makepyfile("from tests.needs import starts\n@starts('sparks')\ndef f(): pass\ndef test_it(): pass")
    done = other.runpytest_subprocess()
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*ValueError: a fixture starts ?'sparks'?, which is not in NEEDS: ?'browser', *"])


def test_every_skip_is_listed_with_its_reason(other: pytest.Pytester) -> None:
    """By a mark, in the body, of a whole file, and a parameter set that came out empty; each reason with its tests."""
    other.makepyfile(
        test_some="""
        import pytest
        @pytest.mark.skipif(True, reason="no data")
        def test_by_mark(): pass
        def test_in_body(): pytest.skip("no data")
        @pytest.mark.parametrize("plan", [])
        def test_of_each(plan): pass
        def test_runs(): pass
        """,
        test_whole="import pytest\npytest.skip('no browser', allow_module_level=True)",
    )
    done = other.runpytest_subprocess("-q")
    done.assert_outcomes(passed=1, skipped=4)
    done.stdout.fnmatch_lines(
        [
            "*got empty parameter set *",
            "    test_some.py::test_of_each*",
            "no browser",
            "    test_whole.py",
            "no data",
            "    test_some.py::test_by_mark",
            "    test_some.py::test_in_body",
            "tests skipped: 4, for 3 reasons",
        ]
    )


def test_the_demo_comes_last(other: pytest.Pytester) -> None:
    """Whatever the files are called; the others keep their order."""
    demo = "import pytest\n@pytest.mark.e2e\ndef test_demo(): pass"
    other.makepyfile(test_a=demo, test_b="def test_b(): pass", test_c="def test_c(): pass")
    done = other.runpytest_subprocess("-v")
    done.stdout.fnmatch_lines(["*::test_b PASSED*", "*::test_c PASSED*", "*::test_demo PASSED*"])
