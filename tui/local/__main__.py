"""`python -m tui.local`: the channel server alone, as the first terminal of a user starts it."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from tui.local.serve import MAX_AGE, MAX_BYTES, Options, run


def parser(prog: str | None = None) -> argparse.ArgumentParser:
    """Return the parser of the flags; each sets the field of `Options` with its name."""
    flags = argparse.ArgumentParser(prog=prog or "python -m tui.local", description=__doc__)
    flags.add_argument("--directory", type=Path, required=True, help="where state file and store live")
    flags.add_argument("--port", type=int, default=0, help="0: the port of last time, or any free one")
    flags.add_argument("--host", default="127.0.0.1", help="anything but loopback needs TLS or --insecure")
    flags.add_argument("--keys", type=Path, help='JSON list of {"key": "app.id:secret", "capability": {…}}')
    flags.add_argument("--store", type=Path, help="file of the history")
    flags.add_argument("--limits", choices=["ably"], help="refuse what Ably's rate limits would refuse")
    flags.add_argument("--idle-exit", type=float, metavar="S", help="end S seconds after the last client")
    flags.add_argument("--tls-cert", type=Path)
    flags.add_argument("--tls-key", type=Path)
    flags.add_argument("--insecure", action="store_true", help="serve other machines without TLS")
    flags.add_argument("--max-age", type=float, default=MAX_AGE, metavar="S", help="seconds of history")
    flags.add_argument("--max-bytes", type=int, default=MAX_BYTES, metavar="N", help="size of the store")
    flags.add_argument("--log-connections", action="store_true", help="say on stderr who comes and goes")
    return flags


def main(arguments: list[str] | None = None, prog: str | None = None) -> int:
    """Serve as the flags say; return the exit code."""
    values = vars(parser(prog).parse_args(arguments))
    values["limits"] = values["limits"] is not None
    level = logging.INFO if values["log_connections"] else logging.WARNING
    logging.basicConfig(level=level, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    return run(Options(**values))


if __name__ == "__main__":
    sys.exit(main())
