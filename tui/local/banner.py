"""What `serve` says on a terminal: how programs connect, in lines that work when they are pasted.

The key is not said: the lines read it from the state file, which nobody but its user can read.
"""

from __future__ import annotations

import json
from pathlib import Path

_BANNER = """
Python, pasted into `python -m asyncio`:

import json; from ably import AblyRealtime
client = AblyRealtime(json.load(open({python_path}))["key"], endpoint="{host}", tls=False, auto_connect=False)
client.options.get_host = lambda: "{address}"; client.connect()

JavaScript, pasted into `node` where npm's ably is installed:

const Ably = require("ably")
const key = JSON.parse(require("fs").readFileSync({javascript_path})).key
const client = new Ably.Realtime({{ key, endpoint: "{host}", port: {port}, tls: false }})

The key is read from a file that only you can read. {reach} Ctrl+C ends it.
"""


def banner(host: str, port: int, state: Path, reach: str | None) -> str:
    """Return the lines for programs on this machine.

    `host` and `port` are where they connect without TLS, `state` is the state file with the key, and `reach`
    is the URL for programs on other machines, None when none can reach this server.
    """
    return _BANNER.format(
        host=host,
        port=port,
        address=f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        python_path=json.dumps(str(state)),
        javascript_path=json.dumps(str(state)),
        reach="This server is for this machine only." if reach is None else f"Other machines: {reach}",
    )
