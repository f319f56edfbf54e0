"""What a dashboard's document must be."""

import pytest
from databricks.sdk.errors import BadRequest
from databricks.sdk.service.dashboards import Dashboard

from tests.localcloud.core import Core


@pytest.mark.parametrize("text", ["[]", "{'pages': []}", "", '"{}"', '{"a":' * 1000])
def test_a_document_that_is_no_json_object_is_refused(core: Core, text: str) -> None:
    """When it is made and when it is changed; what was there stays."""
    api = core.admin().lakeview
    with pytest.raises(BadRequest, match="serialized_dashboard is not"):
        api.create(Dashboard(display_name="Drift", serialized_dashboard=text))
    kept = api.create(Dashboard(display_name="Drift", serialized_dashboard='{"pages": []}'))
    with pytest.raises(BadRequest, match="serialized_dashboard is not"):
        api.update(str(kept.dashboard_id), Dashboard(serialized_dashboard=text))
    assert api.get(str(kept.dashboard_id)).serialized_dashboard == '{"pages": []}'
