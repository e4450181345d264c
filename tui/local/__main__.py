"""`python -m tui.local`: the channel server alone, as the first terminal of a user starts it."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from tui.local import discover
from tui.local.serve import MAX_AGE, MAX_BYTES, Options, run
from tui.local.statefile import StateError

ABOUT = (
    "Run the channel server of this machine in the foreground, for programs with any Ably SDK, until Ctrl+C "
    "(exit code 130) or SIGTERM (0)."
)
_PROGRAM = "python -m tui.local"


def add_flags(parser: argparse.ArgumentParser, directory: Path | None) -> None:
    """Add the flags; each but `--stop` sets the field of `Options` with its name.

    `directory` is where state file and store live unless a flag says so.
    """
    add = parser.add_argument
    where = f"where state file and store live{'' if directory is None else f' ({directory})'}"
    add("--directory", type=Path, required=directory is None, default=directory, metavar="DIR", help=where)
    add("--stop", action="store_true", help="end the server that runs in the background")
    add("--port", type=_port, default=0, help="0: the port of last time, or any free one")
    add("--host", default="127.0.0.1", help="anything but loopback needs TLS or --insecure")
    add("--keys", type=Path, metavar="FILE", help='JSON list of {"key": "app.id:secret", "capability": {…}}')
    add("--store", type=Path, metavar="FILE", help="file of the history")
    add("--limits", choices=["ably"], help="refuse what Ably's rate limits would refuse")
    add("--idle-exit", type=float, metavar="S", help="end S seconds after the last client")
    add("--tls-cert", type=Path, metavar="FILE", help="certificate chain, with --tls-key")
    add("--tls-key", type=Path, metavar="FILE", help="private key of the certificate")
    add("--insecure", action="store_true", help="serve other machines without TLS")
    add("--max-age", type=float, default=MAX_AGE, metavar="S", help="seconds of history")
    add("--max-bytes", type=int, default=MAX_BYTES, metavar="N", help="size of the store")
    add("--log-connections", action="store_true", help="say on stderr who comes and goes")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="where it listens, as a line of JSON")
    form.add_argument("--plain", action="store_true", help="one line when it is ready, as into a pipe")


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; say a number up to 65535")
    return int(text)


def serve(flags: Mapping[str, Any], program: str) -> int:
    """Serve, or stop, as the flags say; return the exit code. `program` is what it calls itself."""
    values = {each.name: flags[each.name] for each in fields(Options)}
    if flags["stop"]:
        try:
            stopped = discover.stop(values["directory"])
        except StateError as error:
            print(f"{program}: {error}", file=sys.stderr)  # noqa: T201
            return 1
        told = "stopped" if stopped else "there is no server to stop"
        print(json.dumps({"stopped": stopped}) if flags["json"] else told)  # noqa: T201
        return 0
    values["limits"] = values["limits"] is not None
    level = logging.INFO if values["log_connections"] else logging.WARNING
    logging.basicConfig(level=level, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.captureWarnings(capture=True)
    return run(Options(**values))


def main() -> int:
    """Read this process's command line and do what it says; return the exit code."""
    parser = argparse.ArgumentParser(prog=_PROGRAM, description=ABOUT)
    add_flags(parser, None)
    return serve(vars(parser.parse_args()), _PROGRAM)


if __name__ == "__main__":
    sys.exit(main())
