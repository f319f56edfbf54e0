"""The bodies for Azure Machine Learning, in their order."""

from cli.places.azure_ml import calls
from cli.places.placed import Colour
from tests.cli.places.exported import IMAGE, Place


def test_traffic_moves_last(place: Place) -> None:
    """Image, deployment, traffic; there is no online store, so the deployment looks nothing up."""
    placed = place(colour=Colour.BLUE)
    assert placed.environment.azure_ml
    environment, deployment, traffic = calls(placed, placed.environment.azure_ml)
    assert environment.body["properties"]["image"] == IMAGE
    assert environment.body["properties"]["inferenceConfig"]["scoringRoute"] == {"path": "/invocations", "port": 8080}
    assert deployment.path.endswith("/onlineEndpoints/mlops-prod-credit/deployments/blue")
    assert deployment.body["properties"]["environmentVariables"]["LOOK_UPS"] == "off"
    assert deployment.body["properties"]["environmentId"] == environment.path
    # What leaves it is the workspace's managed network's affair; Microsoft advises against the flag beside that.
    assert "egressPublicNetworkAccess" not in deployment.body["properties"]
    assert (deployment.body["tags"]["version"], deployment.body["sku"]["capacity"]) == ("3", 2)
    assert traffic.path == deployment.path.removesuffix("/deployments/blue")
    assert traffic.body["properties"]["traffic"] == {"blue": 100}
