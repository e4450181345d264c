"""`ably-tui tail`: what the channel says as text, or as JSON lines."""

from __future__ import annotations

from argparse import RawDescriptionHelpFormatter
from typing import TYPE_CHECKING

from tui.cli import flags
from tui.cli.exits import FAILED, OK

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from tui.cli.following import Follower, OneResponse
    from tui.cli.opening import Line
    from tui.settings import Folders, Settings

HELP = "follow the channel's responses as text"
_ABOUT = """\
Follow the channel's responses as text: lines, each with who says it in front. `▸` marks a line about a
beginning, `▪` one about an end or a pause, `?` a prompt, `│` what is said. A line that does not end for three
seconds is said as far as it is there; `┆` marks its rest. Ctrl+C ends it.

With --response, only that one's text, as it is, until it ends; the exit code is 1 when it did not end well.
With --json, a line for each message of the channel, in its order as far as that is known when it is written:
serial, version, action, timestamp, received (both ms since the epoch), live, name, data (base64 where
`binary` is true), encoding, id, clientId, connectionId, extras, metadata, summary; what is absent is left
out.
"""


def add(parser: ArgumentParser) -> None:
    """Add its flags."""
    parser.description, parser.formatter_class = _ABOUT, RawDescriptionHelpFormatter
    flags.place(parser)
    flags.past(parser)
    parser.add_argument("--response", metavar="ID", help="this response's text alone, until it ends")
    flags.machine(parser)


def run(arguments: Namespace, settings: Settings, folders: Folders) -> int:
    """Follow until interrupted, or until the one response that is asked for has ended."""
    from tui.cli.archive import Archive
    from tui.cli.following import Follower, OneResponse
    from tui.cli.opening import channel
    from tui.state import Conversation

    one = OneResponse(arguments.response) if arguments.response is not None else None
    archive = Archive()
    conversation = Conversation(archive.stow)
    # Whoever copies every message has no use for what they amount to, and whoever reads that none for them.
    reduces = one is not None or not arguments.json
    follower = Follower(
        conversation, historic=settings.since != 0, reduces=reduces, passes=bool(arguments.json)
    )
    try:
        with channel(settings, folders, wanted=lambda: conversation.incomplete) as line:
            if one is not None:
                return _follow_one(line, follower, one, json_lines=arguments.json)
            _follow_all(line, follower, settings, json_lines=arguments.json)
    finally:
        archive.close()
    return OK


def _follow_all(line: Line, follower: Follower, settings: Settings, *, json_lines: bool) -> None:
    from tui.cli.opening import now
    from tui.cli.printing import print_messages, print_said
    from tui.cli.progress import Progress
    from tui.cli.telling import Teller
    from tui.ui.verdicts import counts_for

    teller = Teller(counts_for(settings.client_id))
    try:
        with Progress() as progress:
            while True:
                news = follower.take(line.read(), now())
                progress.tell(follower)
                if json_lines:
                    print_messages(news.messages)
                    continue
                said = teller.catch_up(follower.conversation) if news.caught_up else teller.take(news.changes)
                print_said(said + teller.pause(now()), color=settings.color)
    except KeyboardInterrupt:
        print_said(teller.pause(None), color=settings.color)
        raise


def _follow_one(line: Line, follower: Follower, one: OneResponse, *, json_lines: bool) -> int:
    from tui.cli.opening import complain, now
    from tui.cli.printing import end_line, print_messages, put
    from tui.cli.progress import Progress
    from tui.cli.telling import ending
    from tui.wire import clean_line

    text, awaited = "", False
    with Progress() as progress:
        while not one.over:
            news = follower.take(line.read(), now())
            progress.tell(follower)
            if follower.holding:
                continue
            found = one.take(follower.conversation, news)
            if one.response is None and not awaited:
                awaited = True
                complain(f"no response {clean_line(one.id, 100)} yet; waiting")
            if json_lines:
                print_messages(one.messages(follower.conversation, news))
            else:
                put([found])
                text = found or text
    if not json_lines:
        end_line(text)
    response = one.response
    if response is not None and (not one.well or response.missing):
        complain(ending(response))
    if one.text.corrected:
        complain("its publisher has corrected the text: all of it is there again, on a new line")
    return OK if one.well else FAILED
