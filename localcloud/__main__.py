"""`python -m localcloud serve --home DIR`: the server process. `lifecycle.start` starts it in the background."""

import argparse
import logging
import sys
from pathlib import Path

from localcloud.lifecycle import FAILED
from localcloud.server import serve


def main() -> None:
    """Parse the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m localcloud")
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("serve", help="serve the local cloud of a directory until SIGTERM")
    command.add_argument("--home", type=Path, required=True, help="directory that holds everything")
    command.add_argument("--port", type=int, default=0, help="port of the account; 0 takes the last one, or any free")
    command.add_argument("--owner", type=int, help="process id; the local cloud ends when that process does")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    # One line per call between the parts would bury the rest.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        serve(arguments.home.resolve(), account_port=arguments.port, owner=arguments.owner)
    except Exception as error:  # whatever it is, `lifecycle.start` shows it to whom it concerns
        logging.exception("the local cloud ends")
        print(f"{FAILED}{error}", flush=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
