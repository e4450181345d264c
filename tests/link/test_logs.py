from __future__ import annotations

import logging
import subprocess
import sys

SCRIPT = """
import io, logging, sys, warnings
from tui.link.logs import LOGGERS, quiet

stream = io.StringIO()
quiet(logging.StreamHandler(stream), secrets=["hunter2hunter2"])
for name in LOGGERS:
    logging.getLogger(name).error("from %s hunter2hunter2", name)
    logging.getLogger(name).info("chatter")
logging.getLogger("ably").error("arguments do not fit", 1)
logging.getLogger("elsewhere").warning("last resort")
warnings.warn("a warning", stacklevel=1)
import jwt
for _ in range(2):
    jwt.decode(jwt.encode({"a": 1}, "short", "HS256"), "short", ["HS256"])
for _ in range(500):
    try:
        raise OSError("the portal is in between")
    except OSError:
        logging.getLogger("ably").exception("Connection failed")
sys.stdout.write(stream.getvalue())
"""


def test_nothing_reaches_stderr_and_everything_the_file() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    for words in ("from ably", "from asyncio", "from websockets", "do not fit", "last resort", "a warning"):
        assert words in done.stdout
    assert "hunter2" not in done.stdout
    assert "chatter" not in done.stdout
    assert "HMAC key" not in done.stdout
    assert done.stdout.count("the portal is in between") == 1
    assert logging.raiseExceptions, "the test's own process is as it was"
