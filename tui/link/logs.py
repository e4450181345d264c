"""Where the SDK's log records go, so that none of them lands on the screen.

`ably` itself is silent, but asyncio, websockets and bad log calls print to stderr while a full-screen
application owns the terminal. Leaves to the caller which file the handler writes.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable

from tui.link.redact import RedactingFilter
from tui.link.repeats import RepeatFilter

LOGGERS = (
    "ably",
    "asyncio",
    "concurrent.futures",
    "h2",
    "hpack",
    "httpcore",
    "httpx",
    "py.warnings",
    "websockets",
)
"""Every logger that the connection to Ably makes speak."""


def quiet(handler: logging.Handler, *, secrets: Iterable[str] = (), level: int = logging.WARNING) -> None:
    """Send what the libraries log to `handler` alone, redacted and each fault once a minute, from `level`
    upwards. Process-wide.

    Below WARNING the SDK logs every frame with its content; whoever asks for it gets it without keys.
    """
    handler.addFilter(RepeatFilter())
    handler.addFilter(RedactingFilter(secrets))
    for name in LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(level)
    root = logging.getLogger()
    if not root.handlers:  # else logging's handler of last resort writes to stderr
        root.addHandler(handler)
    logging.captureWarnings(capture=True)
    # PyJWT's, about keys shorter than it likes: how long a key is, its server decides.
    warnings.filterwarnings("ignore", module=r"jwt\.")
    logging.raiseExceptions = False  # a log call that cannot be formatted prints a traceback otherwise
