"""Entry point `server`: serve one model version over HTTP, with one worker or several.

    server --model FOLDER --version 3 --online-store online.db --port 8080 --workers 2

It listens once the version is loaded, so every client that can connect gets an answer. On SIGTERM it finishes open
requests. For another version, start another server, move the traffic, and stop the old one. It also serves a folder
with a feature specification and no model: the looked-up features are the answer.
"""

import argparse
import functools
import resource
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import uvicorn

from ml.server import features, listening, version, workers
from ml.server.app import MAX_BODY_BYTES, MAX_WAITING, Application
from ml.server.errors import first_line
from ml.server.lookups import LIMIT_S
from ml.server.version import Served

# A client, or a proxy with pooled connections, may be idle for long between two requests.
_KEEP_ALIVE_S = 900


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until SIGTERM. Exit with code 1 and the reason in one line if the version does not load."""
    options = _parser().parse_args(arguments)
    if options.memory_limit_bytes:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_DATA, (options.memory_limit_bytes, options.memory_limit_bytes))
    if options.workers > 1:
        listener = listening.bound(options.host, options.port, options.uds)
        workers.run(options.workers, functools.partial(_serve, options, listener))
        return
    _run(options, _load(options), listening.bound(options.host, options.port, options.uds))


def _serve(options: argparse.Namespace, listener: listening.Listener) -> None:
    # Each worker loads the version itself: a booster with its own threads does not survive a fork.
    _run(options, _load(options), listener)


def _load(options: argparse.Namespace) -> Served:
    load = features.load if features.is_specification(options.model) else version.load
    try:
        return load(
            options.model, options.version, options.online_store, options.max_features_age_s, options.look_up_limit_s
        )
    except Exception as error:
        traceback.print_exc()
        raise SystemExit(first_line(error)) from error


def _run(options: argparse.Namespace, served: Served, listener: listening.Listener) -> None:
    application = Application(
        served,
        max_body_bytes=options.max_body_bytes,
        max_waiting=options.max_waiting,
        look_up_limit_s=options.look_up_limit_s,
    )
    print(f"version {served.number} answers", file=sys.stderr, flush=True)
    uvicorn.Server(
        uvicorn.Config(
            application,
            log_level="warning",
            access_log=False,
            lifespan="off",
            timeout_keep_alive=_KEEP_ALIVE_S,
            server_header=False,
            date_header=False,
        )
    ).run(sockets=[listener])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="server", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--model", type=Path, required=True, help="folder of the version, or of a feature_spec.yaml")
    parser.add_argument("--version", required=True, help="what answers call it")
    parser.add_argument("--online-store", help="SQLite file, or postgresql:// URI, that features are looked up in")
    parser.add_argument("--max-features-age-s", type=float, help="503 for features that were published longer ago")
    parser.add_argument("--look-up-limit-s", type=_seconds, default=LIMIT_S, help="503 for look-ups that take longer")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--uds", type=Path, help="listen on this Unix socket instead of host and port")
    parser.add_argument("--workers", type=_positive, default=1, help="processes that answer")
    parser.add_argument("--max-body-bytes", type=_positive, default=MAX_BODY_BYTES, help="larger ones: 413")
    parser.add_argument("--max-waiting", type=_positive, default=MAX_WAITING, help="more that wait: 429")
    parser.add_argument("--memory-limit-bytes", type=_positive, help="of each worker")
    return parser


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1; given: {value}")
    return value


def _seconds(text: str) -> float:
    value = float(text)
    if not 0.1 <= value <= 60:
        raise argparse.ArgumentTypeError(f"must be 0.1 to 60 seconds; given: {text}")
    return value


if __name__ == "__main__":
    main()
