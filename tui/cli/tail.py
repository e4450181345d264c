"""`ably-tui tail`: what the channel says as text, or as JSON lines."""

from __future__ import annotations

import sys
import time
from argparse import RawDescriptionHelpFormatter
from typing import TYPE_CHECKING

from tui.cli import flags
from tui.cli.exits import FAILED, OK, Failure

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable

    from tui.cli.chronicle import Chronicle
    from tui.cli.following import OneResponse
    from tui.settings import Folders, Settings
    from tui.state import Conversation

HELP = "follow the channel's responses as text"
_ABOUT = """\
Follow the channel's responses as text: lines, each with who says it in front. `▸` marks a line about a
beginning, `▪` one about an end or a pause, `?` a prompt, `│` what is said. A line that does not end for three
seconds is said as far as it is there; `┆` marks its rest. Ctrl+C ends it.

With --response, only that one's text, as it is, until it ends; the exit code is 1 when it did not end well. A
stream that `publish` wrapped in a block of code comes without the ``` lines round it. Where the response is
not in the past that --since names, or without --since in all there is, it is waited for as long as --timeout
says; the exit code is 1 when it does not come.

With --json, a line for each message of the channel, in its order as far as that is known when it is written:
serial, version, action, timestamp, changed, received (all ms since the epoch), live, name, data (base64
where `binary` is true), encoding, id, clientId, connectionId, extras, metadata, summary; what is absent is
left out.
"""
_WAIT = "20"


def add(parser: ArgumentParser) -> None:
    """Add its flags."""
    parser.description, parser.formatter_class = _ABOUT, RawDescriptionHelpFormatter
    flags.place(parser)
    flags.past(parser)
    parser.add_argument("--response", metavar="ID", help="this response's text alone, until it ends")
    flags.forms(parser)
    parser.add_argument(
        "--timeout",
        metavar="S",
        help="give up after so many seconds without a connection, or without any word of the response (with "
        f"--response {_WAIT}, else never)",
    )


def run(arguments: Namespace, settings: Settings, folders: Folders) -> int:
    """Follow until interrupted, or until the one response that is asked for has ended."""
    from dataclasses import replace

    from tui.cli.archive import Archive
    from tui.cli.chronicle import Chronicle
    from tui.cli.following import OneResponse
    from tui.cli.opening import channel
    from tui.state import Conversation

    one = OneResponse(arguments.response) if arguments.response is not None else None
    if one is not None and arguments.timeout is None:
        arguments.timeout = _WAIT
    patience = None if arguments.timeout is None else flags.seconds(arguments)
    archive = Archive()
    conversation = Conversation(archive.stow)
    try:
        with channel(replace(settings, since=0), folders, patience=patience) as line:
            chronicle = Chronicle(
                line,
                conversation,
                since=settings.since,
                # Whoever copies every message has no use for what they amount to, and whoever reads that none
                # for them.
                reduces=one is not None or not arguments.json,
                passes=bool(arguments.json),
                deeper=lambda: (
                    one is not None and one.response is None and settings.origins["since"] == "default"
                ),
                enough=lambda reached: one is not None and one.settled(reached),
            )
            if one is None:
                _follow_all(chronicle, settings, json_lines=arguments.json)
            else:
                return _follow_one(
                    chronicle,
                    conversation,
                    one,
                    _Wait(one.id, conversation, patience or 0.0),
                    settings,
                    json_lines=arguments.json,
                )
    finally:
        archive.close()
    return OK


def _follow_all(chronicle: Chronicle, settings: Settings, *, json_lines: bool) -> None:
    from tui.cli.opening import now
    from tui.cli.printing import print_messages, print_said
    from tui.cli.progress import Progress
    from tui.cli.telling import Teller

    teller = Teller()
    color = settings.color and not settings.plain
    try:
        # What is printed on a terminal shows itself how far it is.
        with Progress(quiet=settings.plain or sys.stdout.isatty()) as progress:
            for news in chronicle.news():
                progress.tell(chronicle)
                if json_lines:
                    print_messages(news.messages)
                    continue
                print_said(teller.take(news.changes), color=color)
                if not chronicle.holding:  # until then the rest of every line may be on its way
                    print_said(teller.pause(now()), color=color)
    except KeyboardInterrupt:
        print_said(teller.pause(None), color=color)
        raise


class _Wait:
    """How long a response is waited for that has not come."""

    def __init__(
        self,
        response_id: str,
        conversation: Conversation,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._id = response_id
        self._conversation = conversation
        self._seconds = seconds
        self._clock = clock
        self._since: float | None = None

    def go_on(self) -> None:
        """Say once that it is waited for; raise `Failure` when that is over."""
        from tui.cli.opening import complain
        from tui.values import near
        from tui.wire import clean_line

        name = clean_line(self._id, 100)
        if self._since is None:
            self._since = self._clock()
            complain(f"no response {name} yet; waiting {self._seconds:g} s for it")
        elif self._clock() - self._since > self._seconds:
            known = [each.response_id for each in self._conversation.responses.values() if each.response_id]
            begins = [each for each in known if each.startswith(self._id)]  # as the name of a `publish` does
            hint = near(begins[-1], begins) if begins and self._id else near(self._id, known)
            hint = clean_line(hint) or "; is it on another channel? --timeout waits longer"
            raise Failure(f"no response {name} came within {self._seconds:g} s{hint}")


def _follow_one(
    chronicle: Chronicle,
    conversation: Conversation,
    one: OneResponse,
    waiting: _Wait,
    settings: Settings,
    *,
    json_lines: bool,
) -> int:
    from tui.cli.opening import complain
    from tui.cli.printing import end_line, print_messages, put
    from tui.cli.progress import Progress
    from tui.cli.telling import ending
    from tui.wire import ChannelMessage

    text, mine = "", list[ChannelMessage]()
    with Progress(quiet=settings.plain) as progress:
        for news in chronicle.news():
            one.find(conversation)
            progress.tell(chronicle)
            mine += one.messages(conversation, news)
            if chronicle.holding:  # what corrects it may be on its way
                continue
            if json_lines:
                print_messages(mine)
                mine.clear()
            else:
                found = one.take(conversation, news)
                found += one.rest() if one.over else ""
                put([found])
                text = found or text
            if one.over:
                break
            if one.response is None:
                waiting.go_on()
    if not json_lines:
        end_line(text)
    response = one.response
    if response is not None and (not one.well or response.missing):
        complain(ending(response))
    if one.corrected:
        complain("its publisher has corrected the text: all of it is there again, on a new line")
    return OK if one.well else FAILED
