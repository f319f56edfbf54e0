"""What the pages show of data, models and endpoints."""

import re

from tests.localcloud.services.console.site import (
    ENDPOINT,
    MODEL,
    TABLE,
    Site,
    add_endpoint,
    add_model,
    describe_table,
    main_words,
)


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


def test_data_is_found_by_a_part_of_its_name(site: Site) -> None:
    """Whatever it is and wherever it lies, in either case of letters; nothing found is said."""
    add_model(site.core)
    found = site.enter().page("/catalogs?find=CREDIT_gold.")
    assert f'<a href="/console/data/table/{TABLE}">{TABLE}</a>' in found
    assert f'<a href="/console/models/{MODEL}">{MODEL}</a>' in found
    assert f"{TABLE} table admin@localcloud" in main_words(found)
    assert 'value="CREDIT_gold."' in found
    assert "Nothing has this in its name." in main_words(site.page("/catalogs?find=nothing-of-it"))
    assert "prod admin@localcloud isolated" in main_words(site.page("/catalogs?find=%20"))


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
