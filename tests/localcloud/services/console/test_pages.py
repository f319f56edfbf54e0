"""What the pages show of what was put there."""

import re

from localcloud.kernel import clock
from localcloud.kernel.store import Document
from localcloud.services.console import logs, pages
from tests.localcloud.services.console.site import (
    HOSTILE,
    MODEL,
    TABLE,
    Site,
    add_endpoint,
    add_job,
    add_model,
    add_run,
    describe_table,
    main_words,
    write_log,
)

NONE = "\N{EN DASH}"


def test_the_overview_counts_and_names_what_failed(site: Site) -> None:
    """Numbers lead to their pages; failed runs come first. The clock is shown."""
    job = add_job(site.core)
    clock.move(site.core.cloud.store, clock.datetime.fromisoformat("2040-01-01T00:00:00+00:00"))
    add_run(site.core, job)
    failed = add_run(site.core, job, result="FAILED")
    page = site.enter().page("")
    assert re.findall(r"<b>([\d,]+)</b><span>(\w+)</span>", page) == [
        ("1", "Jobs"), ("2", "Runs"), ("1", "Tables"), ("0", "Models"), ("0", "Endpoints"),
    ]  # fmt: skip
    assert "2040-01-01 00:00 The local clock" in main_words(page)
    before, _, after = page.partition("<h2>Latest runs</h2>")
    assert "<h2>Failed last</h2>" in before
    assert before.count("/console/runs/") == 1
    assert f"/console/runs/{failed['run_id']}" in before
    assert after.count('<a href="/console/runs/') == 2
    assert after.count(f'<a href="/console/jobs/{job["job_id"]}">') == 2
    assert site.core.url("dev") in after


def test_a_job_is_shown_with_its_tasks_runs_and_permissions(site: Site) -> None:
    """By the names of people, not by application ids alone."""
    job = add_job(site.core)
    run = add_run(site.core, job)
    site.core.cloud.store.put(
        "acl", f"jobs/{job['job_id']}", {"owner": job["run_as"], "entries": {"analysts": "CAN_VIEW"}}
    )
    listed = main_words(site.enter().page("/jobs"))
    assert "credit-scoring prod prod-credit-scoring 0 0 6 * * ? UTC SUCCESS 2026-01-01 00:00:00" in listed
    shown = main_words(site.page(f"/jobs/{job['job_id']}"))
    assert f"score python wheel scoring {NONE} all success" in shown
    assert f"tell condition {NONE} score all success" in shown
    assert f"{run['run_id']} SUCCESS 2026-01-01 00:00:00 4.2 s one time" in shown
    assert f"prod-credit-scoring {job['run_as']} owner" in shown
    assert "analysts CAN_VIEW" in shown


def test_a_run_is_shown_with_its_tasks_and_their_logs(site: Site) -> None:
    """What a task said and printed is two steps away; colours of a terminal are left out."""
    job = add_job(site.core)
    run = add_run(site.core, job, result="FAILED", said="ValueError: no rows", log="\x1b[31mred\x1b[0m\nsecond line\n")
    shown = site.enter().page(f"/runs/{run['run_id']}")
    assert "score FAILED 2026-01-01 00:00:00 4.2 s ValueError: no rows Log" in main_words(shown)
    assert "month 2026-01" in main_words(shown)
    first, second = run["attempts"]
    assert f"/console/logs/{first['run_id']}" in shown
    assert f"/console/logs/{second['run_id']}" not in shown
    assert '<pre class="log" tabindex="0">red\nsecond line\n</pre>' in site.page(f"/logs/{first['run_id']}")
    assert "It printed nothing." in site.page(f"/logs/{second['run_id']}")
    assert site.get("/logs/999999").status_code == 404


def test_a_long_log_comes_in_pieces_from_its_end(site: Site) -> None:
    """The newest first; nothing is lost between two pieces, and none is longer than one piece."""
    run = add_run(site.core, add_job(site.core))
    task = run["attempts"][0]["run_id"]
    lines = [f"line {number:06d}\n" for number in range(50_000)]
    write_log(site.core, task, "".join(lines))
    pieces = -(-len("".join(lines)) // logs.PIECE_BYTES)
    site.enter()
    read = [site.page(f"/logs/{task}?page={number}") for number in range(1, pieces + 1)]
    texts = [page.partition('tabindex="0">')[2].partition("</pre>")[0] for page in read]
    assert pieces == 3
    assert f"Piece 3 of {pieces}" in read[0]
    assert texts[0].endswith("line 049999\n")
    assert "".join(reversed(texts)) == "".join(lines)
    assert "It printed nothing." in site.page(f"/logs/{task}?page={pieces + 1}")


def test_ten_thousand_runs_come_in_pages(site: Site) -> None:
    """Fifty a page, newest first; a page reads its own runs alone."""
    job, store = add_job(site.core), site.core.cloud.store
    template = add_run(site.core, job)
    other = add_job(site.core, name="rare")
    rare = add_run(site.core, other, result="FAILED")
    with store.transaction():
        for number in range(100_001, 110_001):
            store.put("job_run", str(number), {**template, "run_id": number})
    site.enter()
    read: list[Document] = []
    newest = store.newest

    def counted(*given: str, **asked: int) -> list[Document]:
        found = newest(*given, **asked)
        read.extend(found)
        return found

    store.newest = counted  # type: ignore[method-assign, assignment]
    first, last = site.page("/runs"), site.page("/runs?page=201")
    assert len(read) == 52
    assert [int(number) for number in re.findall(r"/console/runs/(\d+)", first)] == list(range(110_000, 109_950, -1))
    assert [int(number) for number in re.findall(r"/console/runs/(\d+)", last)] == [rare["run_id"], template["run_id"]]
    assert "1 to 50 of 10,002" in first
    assert ('href="?page=2"' in first, 'rel="prev"' in first, 'rel="next"' in last) == (True, False, False)
    failed = site.page("/runs?result=FAILED")
    assert [int(number) for number in re.findall(r"/console/runs/(\d+)", failed)] == [rare["run_id"]]
    of_job = site.page(f"/jobs/{other['job_id']}")
    assert "1 to 1 of 1" in of_job
    assert "rare" in main_words(site.page("/jobs"))


def test_the_clock_names_what_starts_by_itself(site: Site) -> None:
    """With when it next does."""
    add_job(site.core)
    add_job(site.core, name="by-hand", schedule=None)
    clock.move(site.core.cloud.store, clock.datetime.fromisoformat("2040-01-01T00:00:00+00:00"))
    page = main_words(site.enter().page("/clock"))
    assert page.startswith("2040-01-01 00:00:00")
    assert "credit-scoring prod 0 0 6 * * ? UTC 2040-01-01 06:00:00" in page
    assert "by-hand" not in page


def test_hostile_words_are_text_on_every_page(site: Site) -> None:
    """Names, comments, logs, errors, parameters and requests that hold markup stay text."""
    core, store = site.core, site.core.cloud.store
    job = add_job(core, name=HOSTILE, description=HOSTILE)
    run = add_run(core, job, result="FAILED", said=HOSTILE, log=HOSTILE)
    store.put("job_run", str(run["run_id"]), {**run, "message": HOSTILE, "parameters": {HOSTILE: HOSTILE}})
    describe_table(core, HOSTILE)
    table = {**store.require("table", TABLE), "full_name": f"prod.credit_gold.{HOSTILE}", "name": HOSTILE}
    store.put("table", table["full_name"], table)
    add_model(core, comment=HOSTILE)
    add_endpoint(core, HOSTILE)
    core.call("GET", f"{core.url('prod')}/api/{HOSTILE}")
    site.enter()
    name, endpoint = pages.part(f"prod.credit_gold.{HOSTILE}"), f"/endpoints/prod/{pages.part(HOSTILE)}"
    paths = (
        "", "/jobs", f"/jobs/{job['job_id']}", "/runs", f"/runs/{run['run_id']}",
        f"/logs/{run['attempts'][0]['run_id']}", f"/data/table/{TABLE}", f"/data/table/{name}",
        "/data/schema/prod.credit_gold", f"/models/{MODEL}/1", "/endpoints", endpoint, "/calls", "/clock",
    )  # fmt: skip
    shown = {path: site.page(path) for path in paths}
    shown["asked"] = site.post(endpoint, {"csrf": site.csrf(endpoint), "request": HOSTILE}).text
    for path, page in shown.items():
        assert (path, "<script>" in page) == (path, False)
        assert (path, "&lt;script&gt;" in page) == (path, True)
    refused = site.get(f"/data/table/{pages.part('prod.credit_gold.<script>')}")
    assert (refused.status_code, "<script>" in refused.text) == (404, False)


def test_moments_and_spans_are_written_for_people() -> None:
    """A moment that no calendar has is none."""
    assert [pages.when(moment) for moment in (0, None, 1_767_225_600_000, 1e30)] == [
        NONE,
        NONE,
        "2026-01-01 00:00:00",
        NONE,
    ]
    spans = (None, 0, 0.3, 320, 4_200, 200_000, 7_260_000)
    assert [pages.span(took_ms) for took_ms in spans] == [
        NONE,
        NONE,
        "under 1 ms",
        "320 ms",
        "4.2 s",
        "3 min 20 s",
        "2 h 1 min",
    ]
