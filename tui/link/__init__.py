"""The connection to an Ably channel, on a thread and event loop of its own. The only importer of `ably`.

Importing this does not import the SDK; `Link.start` does, on its thread.
"""

from tui.link.explain import explain
from tui.link.link import Link
from tui.link.logs import quiet
from tui.link.options import Endpoint, LinkOptions
from tui.link.publisher import Publisher, PublishError
from tui.link.redact import RedactingFilter, redact
from tui.wire import HistoryChange, Inbound

__all__ = [
    "Endpoint",
    "HistoryChange",
    "Inbound",
    "Link",
    "LinkOptions",
    "PublishError",
    "Publisher",
    "RedactingFilter",
    "explain",
    "quiet",
    "redact",
]
