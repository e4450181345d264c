"""`ably-tui publish`: any stream as a response."""

from __future__ import annotations

import secrets
import signal
import subprocess
import sys
from argparse import RawDescriptionHelpFormatter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tui.cli import flags
from tui.cli.exits import INTERRUPTED, USAGE, Failure, nowhere
from tui.values import SettingsError, name

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from tui.cli.opening import Line
    from tui.cli.source import Lines, Source
    from tui.settings import Folders, Settings
    from tui.wire import Outgoing, Stop

HELP = "publish a stream, or what a command says, as a response"
_ABOUT = """\
Publish standard input as a response with a pane of its own:  make 2>&1 | ably-tui publish --name build
or run a command and publish what it says, errors included:   ably-tui publish --name build -- make

What it says is shown as it is, in a block of code that travels in the text itself, as ``` lines around it, so
that every viewer of markdown has it right. With --markdown it is taken for markdown, and published untouched.

It reads no faster than the channel takes. Nothing is written to standard output but what --tee or --json ask
for. The exit code is that of the command, or what --exit-status says, and stands on the response's end; but
for 0 it means that it failed. 127: there is no such command; 126: it cannot be run.
"""
_IDLE = 0.2
"""Seconds after which a line that has not ended is published all the same, as a progress bar's."""
_WINDOW = 262_144
"""Characters that may wait to be published before no more are read."""
PART = 8_000_000
"""Characters of one response; what follows is the next one, a reply to it, so that nobody who streams or
watches for weeks has to hold it all."""
_WAIT = 5.0
_NOT_FOUND, _NOT_RUN = 127, 126


def add(parser: ArgumentParser) -> None:
    """Add its flags."""
    parser.description, parser.formatter_class = _ABOUT, RawDescriptionHelpFormatter
    flags.place(parser)
    flags.patience(parser)
    parser.add_argument("--name", required=True, help="what it is called, also in the response's id")
    flags.setting(parser, "model", metavar="ID")
    parser.add_argument("--exit-status", type=int, metavar="N", help="how the stream's own program ended (0)")
    parser.add_argument("--in-reply-to", metavar="ID", help="response that it continues")
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "--verbatim", action="store_true", help="show it as it is, in a block of code, as by default"
    )
    form.add_argument("--markdown", action="store_true", help="it is markdown: publish it untouched")
    out = flags.forms(
        parser, "the response's id, as a line of JSON", "nothing on standard output, as by default"
    )
    out.add_argument("--tee", action="store_true", help="pass the stream on to standard output")
    parser.add_argument("program", nargs="*", metavar="COMMAND", help="after --: the command to run")


def run(arguments: Namespace, settings: Settings, folders: Folders) -> int:
    """Publish until the stream ends; return its exit status."""
    from tui.cli.opening import channel, complain

    try:
        name(arguments.name)
    except SettingsError as error:
        raise SettingsError(f"--name: {error}") from None
    if arguments.program and arguments.exit_status is not None:
        raise SettingsError("--exit-status: the command has one of its own")
    if not arguments.program and sys.stdin.isatty():
        complain("publish needs a stream on standard input, or a command after --")
        return USAGE
    patience = flags.seconds(arguments)
    with channel(settings, folders, viewing=False, publishing=True, patience=patience) as line:
        line.for_reader = arguments.tee
        line.meet()
        line.patience = None  # a long stream outlives an outage
        try:
            with _stream(arguments.program) as (stream, process):
                return _publish(line, arguments, settings.client_id, stream, process)
        except _NotStartedError as error:
            complain(f"{arguments.program[0]}: {error}")
            return error.code


class _NotStartedError(Exception):
    """The command cannot be run; its text says why. `code` is what a shell would return."""

    def __init__(self, error: OSError) -> None:
        super().__init__(error.strerror)
        self.code = _NOT_FOUND if isinstance(error, FileNotFoundError) else _NOT_RUN


@contextmanager
def _stream(program: list[str]) -> Iterator[tuple[int, subprocess.Popen[bytes] | None]]:
    """Open what is to be published; end the command at the end if it still runs."""
    if not program:
        yield sys.stdin.fileno(), None
        return
    try:
        process = subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # noqa: S603
    except OSError as error:
        raise _NotStartedError(error) from error
    assert process.stdout is not None  # noqa: S101
    try:
        yield process.stdout.fileno(), process
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(_WAIT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _publish(
    line: Line,
    arguments: Namespace,
    client_id: str,
    stream: int,
    process: subprocess.Popen[bytes] | None,
) -> int:
    from tui.wire import Stop

    speaker = Speaker(line, arguments, getattr(arguments, "model", None) or arguments.name)
    try:
        speaker.begin(arguments.in_reply_to)
        _pump(line, speaker, stream, tee=arguments.tee)
        line.for_reader = False  # it has been given all there is
        code = process.wait() if process is not None else arguments.exit_status or 0
        speaker.end(_stop(speaker.response_id, code))
        line.patience = flags.seconds(arguments)
        line.flush()
    except KeyboardInterrupt:
        speaker.end(Stop(speaker.response_id, "cancelled", cancelled_by=client_id))
        return INTERRUPTED
    except OSError as error:  # of --tee or --json: nobody takes it any more, or the disk is full
        speaker.end(Stop(speaker.response_id, "error", "its output could not be passed on"))
        line.for_reader = False
        line.flush()
        if isinstance(error, BrokenPipeError):
            raise Failure("nobody reads what --tee passes on any more: the rest was not published") from error
        raise
    except Failure:
        if process is not None:
            process.terminate()
        raise
    return code if code >= 0 else 128 - code


def _stop(response_id: str, code: int) -> Stop:
    from tui.wire import Stop

    if code == 0:
        return Stop(response_id, "end_turn")
    why = f"exit status {code}" if code > 0 else f"ended by {signal.Signals(-code).name}"
    return Stop(response_id, "error", why)


def _pump(line: Line, speaker: Speaker, stream: int, *, tee: bool) -> None:
    from tui.cli.source import CHUNK, Lines, Source

    source, lines, waiting = Source(stream), Lines(), 0
    while data := _next(line, speaker, source, lines):
        if tee:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        text = lines.feed(data) + (lines.rest() if lines.length > CHUNK else "")
        speaker.say(text)
        waiting = waiting + len(text) if line.link.publisher.queued else len(text)
        if waiting > _WINDOW:
            line.flush()
            waiting = 0
    speaker.say(lines.finish())


def _next(line: Line, speaker: Speaker, source: Source, lines: Lines) -> bytes:
    """Return the next piece, b"" at the end; say meanwhile what has waited long enough."""
    while True:
        data = source.piece(_IDLE)
        line.read(0)
        if data is not None:
            return data
        speaker.say(lines.rest())


class Speaker:
    """Publishes text as a response, or as several in a row where it is very long. `begin` comes first."""

    def __init__(self, line: Line, arguments: Namespace, model: str) -> None:
        self._line = line
        self._arguments = arguments
        self._model = model
        self._length = 0
        self._last = ""  # what was said last of this response
        self._open = False
        self.response_id = ""

    def say(self, text: str) -> None:
        """Publish a piece; nothing when it is empty."""
        from tui.cli.fence import FENCE
        from tui.wire import Stop, Text

        if not text:
            return
        if self._length > PART:
            before = self.response_id
            self.end(Stop(before, "continued"))
            self.begin(before)
        self._length += len(text)
        fenced = self._last or self._arguments.markdown
        self._last = text
        self._put(Text(self.response_id, text if fenced else f"{FENCE}\n{text}"))

    def end(self, stop: Stop) -> None:
        """Publish the end; nothing where that was done, whatever fails or interrupts after it."""
        from tui.cli.fence import FENCE
        from tui.wire import Text

        if self._last and not self._arguments.markdown:
            newline = "" if self._last.endswith("\n") else "\n"
            self._last = ""
            self._put(Text(self.response_id, f"{newline}{FENCE}\n"))
        if self._open:
            self._open = False
            self._put(stop)

    def begin(self, in_reply_to: str | None) -> None:
        """Publish the start of a response, and print its id where that is asked for."""
        import json

        from tui.wire import Start

        self._length, self._last = 0, ""
        self.response_id = f"{self._arguments.name}-{secrets.token_hex(4)}"
        self._open = True
        self._put(Start(self.response_id, in_reply_to=in_reply_to, model=self._model))
        if self._arguments.json:
            try:
                print(json.dumps({"responseId": self.response_id}), flush=True)
            except BrokenPipeError:  # who wanted the first id has left: what is published is for others
                nowhere(sys.stdout)

    def _put(self, value: Outgoing) -> None:
        self._line.link.run(self._line.link.publisher.publish, value).result()
