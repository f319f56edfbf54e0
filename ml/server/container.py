"""Entry point `serve_container`: the server in a container, configured by environment variables.

    MODEL_VERSION=3 [MODEL_FOLDER=/srv/model] [ONLINE_STORE=/features/online.db] [LOOK_UPS=off] [PORT=8080] [WORKERS=2]
    [MAX_FEATURES_AGE_S=3600]

With LOOK_UPS=off there is no online store: a version with feature look-up uses the features in the request.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from ml.server import feature_spec, main

MODEL_FOLDER, PORT, WORKERS = "/srv/model", "8080", "2"


def arguments(environment: Mapping[str, str]) -> list[str]:
    """The server's arguments. Raises SystemExit for missing or invalid variables."""
    version, look_ups = environment.get("MODEL_VERSION"), environment.get("LOOK_UPS", "on")
    if not version:
        raise SystemExit("MODEL_VERSION is not set: set it to the version in the image")
    if look_ups not in ("on", "off"):
        raise SystemExit(f"LOOK_UPS is {look_ups!r}; allowed are on and off")
    folder = Path(environment.get("MODEL_FOLDER", MODEL_FOLDER))
    raw = folder / feature_spec.FOLDER / feature_spec.RAW_MODEL
    given = [
        *("--model", str(raw if look_ups == "off" and raw.is_dir() else folder)),
        *("--version", version),
        # All interfaces: the pod's network policy decides who can connect.
        *("--host", environment.get("HOST", "0.0.0.0")),  # noqa: S104
        *("--port", environment.get("PORT", PORT)),
        *("--workers", environment.get("WORKERS", WORKERS)),
    ]
    limit = environment.get("MAX_FEATURES_AGE_S")
    given += ["--max-features-age-s", limit] if limit else []
    store = environment.get("ONLINE_STORE") if look_ups == "on" else None
    return [*given, "--online-store", store] if store else given


def run() -> None:
    """Serve until SIGTERM."""
    main.main(arguments(os.environ))


if __name__ == "__main__":
    run()
