"""What the pages show of what was put there."""

import re

from localcloud.kernel import clock
from localcloud.kernel.store import Document
from localcloud.services.console import logs, pages
from tests.localcloud.services.console.site import (
    ENDPOINT,
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
    """Numbers lead to their pages; failed runs come first."""
    job = add_job(site.core)
    add_run(site.core, job)
    failed = add_run(site.core, job, result="FAILED")
    page = site.enter().page("")
    assert re.findall(r"<b>([\d,]+)</b><span>(\w+)</span>", page) == [
        ("1", "Jobs"), ("2", "Runs"), ("1", "Tables"), ("0", "Models"), ("0", "Endpoints"),
    ]  # fmt: skip
    before, _, after = page.partition("<h2>Latest runs</h2>")
    assert "<h2>Failed last</h2>" in before
    assert before.count("/console/runs/") == 1
    assert f"/console/runs/{failed['run_id']}" in before
    assert after.count('<a href="/console/runs/') == 2
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
    assert f"{run['run_id']} credit-scoring prod SUCCESS 2026-01-01 00:00:00 4.2 s one time" in shown
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


def test_data_is_shown_from_catalog_to_column(site: Site) -> None:
    """What lies in what, columns with their tags, grants with where they come from, and Delta's latest changes."""
    describe_table(site.core, "how likely")
    site.core.grant("schema", "prod.credit_gold", "account users", "USE_SCHEMA")
    assert "prod admin@localcloud isolated" in main_words(site.enter().page("/catalogs"))
    catalog = main_words(site.page("/data/catalog/prod"))
    assert "Bound to prod, dev (read only)" in catalog or "Bound to dev (read only)" in catalog
    assert "credit_gold schema" in catalog
    schema = site.page("/data/schema/prod.credit_gold")
    assert f'href="/console/data/table/{TABLE}"' in schema
    assert "landing volume" in main_words(schema)
    table = main_words(site.page(f"/data/table/{TABLE}"))
    assert "score double how likely sensitive=yes" in table
    assert "3 2026-01-01 00:00:00 MERGE 1200" in table
    assert re.search(r"dev-credit-training [0-9a-f-]{36} SELECT Table 'prod.credit_gold.scores'", table)
    assert "account users USE_SCHEMA Schema 'prod.credit_gold'" in table
    assert "landing" in main_words(site.page("/data/volume/prod.credit_gold.landing"))
    assert site.get("/data/table/prod.credit_gold.absent").status_code == 404


def test_lineage_names_what_the_local_cloud_knows(site: Site) -> None:
    """Copies, look-ups and monitors of a table; what only MLflow knows is said to be missing while it is not there."""
    add_model(site.core)
    store = site.core.cloud.store
    copy = {"name": "prod.credit_online.scores", "source_table_name": TABLE, "rows": 1200, "source_version": 3}
    store.put("online_table", copy["name"], {**copy, "published_at": 1.0, "online_store": "s", "workspace": "prod"})
    store.put("monitor", TABLE, {"output_schema_name": "prod.credit_ops"})
    table = site.enter().page(f"/data/table/{TABLE}")
    assert "published online to prod.credit_online.scores 1,200 rows of version 3" in main_words(table)
    assert f"looked up by {MODEL} version 1" in main_words(table)
    assert "monitored into prod.credit_ops" in main_words(table)
    assert "The MLflow server is not running yet." in main_words(table)
    version = site.page(f"/models/{MODEL}/1")
    assert f"looks up features in {TABLE}" in main_words(version)


def test_models_are_shown_with_versions_and_aliases(site: Site) -> None:
    """An alias leads to its version; a version has its tags and what serves it."""
    add_model(site.core, comment="month 2026-01")
    add_endpoint(site.core)
    listed = site.enter().page("/models")
    assert f'href="/console/models/{MODEL}/1">@champion → 1</a>' in listed
    assert "1 @champion READY" in main_words(site.page(f"/models/{MODEL}"))
    version = main_words(site.page(f"/models/{MODEL}/1"))
    assert "Version 1 READY @champion" in version
    assert "reason month 2026-01" in version
    assert f"served by prod / {ENDPOINT}" in version
    assert site.get(f"/models/{MODEL}/2").status_code == 404


def test_an_endpoint_is_asked_by_its_form(site: Site) -> None:
    """It begins with what the model asks for: of looked-up features their keys. A refusal is shown as an answer."""
    add_model(site.core)
    add_endpoint(site.core)
    assert "risk prod READY NOT_UPDATING prod.credit_gold.risk version 1" in main_words(site.enter().page("/endpoints"))
    path = f"/endpoints/prod/{ENDPOINT}"
    page = site.page(path)
    assert "risk-1 prod.credit_gold.risk version 1 100 % DEPLOYMENT_READY" in main_words(page)
    asked = page.partition("<textarea")[2].partition(">")[2].partition("</textarea>")[0]
    assert asked.replace("&#34;", '"').split() == [
        "{",
        '"dataframe_records":',
        "[",
        "{",
        '"client_id":',
        "0",
        "}",
        "]",
        "}",
    ]
    answer = site.post(path, {"csrf": site.csrf(path), "request": '{"kept": 1}'})
    assert answer.status_code == 200
    assert "503" in main_words(answer.text).partition("Send")[2]
    assert "are not running yet" in answer.text
    assert "{&#34;kept&#34;: 1}</textarea>" in answer.text
    assert site.get("/endpoints/dev/risk").status_code == 404


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
    spans = (None, 0, 320, 4_200, 200_000, 7_260_000)
    assert [pages.span(took_ms) for took_ms in spans] == [NONE, NONE, "320 ms", "4.2 s", "3 min 20 s", "2 h 1 min"]
