"""The terminal's part of `ably-tui doctor`: what it says of itself, and how wide it draws what is drawn.

A terminal answers queries on its input. The last query is one that every terminal answers, so nothing waits
for answers that will not come; what cannot be asked is taken from the environment, and said to be unknown
where that does not tell. Everything is put back as it was.
"""

from __future__ import annotations

import contextlib
import locale
import os
import re
import select
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tui.wire import Reason, Severity, clean_line

Finding = tuple[str, Severity, Reason]
PATIENCE = 1.0
"""Seconds for a terminal to answer; over a slow line it takes some."""
SAMPLES = {
    "an ideograph": "漢",
    "half-width kana": "\uff71",
    "a combining accent": "e\u0301",
    "an emoji": "🙂",
    "an emoji by selector": "\u2764\ufe0f",
    "a flag": "\U0001f1e9\U0001f1ea",
    "a joined emoji": "\U0001f469\u200d\U0001f4bb",
}
"""What is drawn to see how wide it is."""
_ATTRIBUTES = b"\x1b[c"
"""DA1, which every terminal answers."""
_QUERIES = b"\x1b[?2026$p\x1b[?u\x1b[>0q" + _ATTRIBUTES
"""DECRQM for synchronized output, kitty's keyboard flags, XTVERSION."""
_END = re.compile(rb"\x1b\[\?([0-9;]*)c")
_PLACE = re.compile(rb"\x1b\[([0-9]+);([0-9]+)R")
_CLIPBOARD = "52"
"""The attribute by which newer terminals say that OSC 52 writes the clipboard."""
_TRUE = ("truecolor", "24bit")
_SMALLEST, _SMALL = (40, 12), (80, 20)
"""Columns and rows: what the screen needs, and from where it shows panes side by side."""
_LINKS = (
    "kitty",
    "wezterm",
    "ghostty",
    "foot",
    "iterm",
    "vte",
    "contour",
    "konsole",
    "alacritty",
    "vscode",
    "windows",
)
"""Parts of the names of terminals that are known to open OSC 8 links."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a terminal has answered; None where it has not."""

    synchronized: bool | None = None
    kitty: bool = False
    name: str | None = None
    attributes: frozenset[str] | None = None
    """Of DA1; None when nothing was answered at all."""
    widths: Mapping[str, int] | None = None
    """Columns that each of the samples took."""


def findings(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Yield how the terminal is, asking it where standard input and output both are one."""
    yield _encoding()
    asked = sys.stdin.isatty() and sys.stdout.isatty()
    answers = ask() if asked else None
    if answers is None or answers.attributes is None:
        said = (
            "the terminal answers no queries"
            if asked
            else "not asked, since standard input and output are not both a terminal: all of it is unknown"
        )
        yield (
            "terminal",
            Severity.WARNING,
            Reason(said, 0, "" if asked else "run doctor in the terminal itself"),
        )
        answers = answers or Answers()
    else:
        name = answers.name or environ.get("TERM_PROGRAM") or environ.get("TERM") or "unnamed"
        inside = " inside tmux" if environ.get("TMUX") else " inside screen" if environ.get("STY") else ""
        yield _fine("terminal", f"{clean_line(name, 80)}{inside}")
        yield _size()
    yield from judge(answers, environ)


def judge(answers: Answers, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Yield what the answers and the environment mean for the screen."""
    yield _colour(environ)
    if answers.attributes is None:
        return
    if answers.synchronized:
        yield _fine("synchronized", "whole frames are shown at once (mode 2026)")
    else:
        said = "no synchronized output (mode 2026): a frame may be seen half drawn"
        yield (
            "synchronized",
            Severity.WARNING,
            Reason(said, 0, "a newer terminal, or tmux 3.4 or later, has it"),
        )
    if answers.kitty:
        yield _fine("keys", "all keys can be told apart (kitty keyboard protocol)")
    else:
        yield _fine("keys", "shift+Enter looks like Enter here: ctrl+j makes a new line")
    if _CLIPBOARD in answers.attributes:
        yield _fine("clipboard", "copying reaches the clipboard (OSC 52)")
    else:
        inside = (
            "in tmux: set -g set-clipboard on"
            if environ.get("TMUX")
            else "allow it in the terminal's settings"
        )
        said = "whether copying reaches the clipboard (OSC 52) is unknown"
        yield (
            "clipboard",
            Severity.WARNING,
            Reason(said, 0, f"copy something in a pane; if nothing comes, {inside}"),
        )
    name = f"{answers.name or ''} {environ.get('TERM_PROGRAM', '')} {environ.get('TERM', '')}".lower()
    known = any(each in name for each in _LINKS) or environ.get("VTE_VERSION") or environ.get("WT_SESSION")
    yield _fine(
        "links", "can be opened (OSC 8)" if known else "whether they can be opened (OSC 8) is unknown"
    )
    yield _widths(answers.widths or {})


def ask() -> Answers | None:
    """Ask the terminal; None on a system where its input cannot be read key by key."""
    try:
        import termios
        import tty
    except ImportError:
        return None
    source, sink = sys.stdin.fileno(), sys.stdout.fileno()
    sys.stdout.flush()
    before = termios.tcgetattr(source)
    try:
        tty.setcbreak(source)
        os.write(sink, _QUERIES)
        answers = parse(_read(source, _END))
        os.write(sink, b"\r\x1b[K")  # some terminals show what they do not understand
        if answers.attributes is None:
            return answers
        widths = {}
        for name, sample in SAMPLES.items():
            os.write(sink, b"\r" + sample.encode() + b"\x1b[6n")
            found = _PLACE.search(_read(source, _PLACE))
            os.write(sink, b"\r\x1b[K")
            if found is not None:
                widths[name] = int(found[2]) - 1
    finally:
        # What was typed meanwhile is lost with the answers that came late: neither may reach the shell.
        termios.tcsetattr(source, termios.TCSAFLUSH, before)
    return Answers(answers.synchronized, answers.kitty, answers.name, answers.attributes, widths)


def parse(said: bytes) -> Answers:
    """Return what the answers to the queries say; whatever else was typed between them does not matter."""
    report = re.search(rb"\x1b\[\?2026;([0-9])\$y", said)
    name = re.search(rb"\x1bP>\|([^\x1b]*)\x1b\\", said)
    end = _END.search(said)
    return Answers(
        # DECRPM: 1 and 2 mean set and reset, 3 always set; 0 unknown, 4 never set.
        synchronized=None if report is None else report[1] in b"123",
        kitty=re.search(rb"\x1b\[\?[0-9]+u", said) is not None,
        name=None if name is None else name[1].decode("utf-8", "replace"),
        attributes=None if end is None else frozenset(end[1].decode().split(";")),
    )


def _read(source: int, until: re.Pattern[bytes]) -> bytes:
    """Return what comes until the pattern is in it, or until the patience ends."""
    said = b""
    deadline = time.monotonic() + PATIENCE
    while until.search(said) is None and len(said) < 10_000:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([source], [], [], left)[0]:
            break
        more = os.read(source, 1_024)
        if not more:
            break
        said += more
    return said


def _colour(environ: Mapping[str, str]) -> Finding:
    if environ.get("NO_COLOR"):
        return _fine("colours", "none, since NO_COLOR is set; everything is said in words too")
    if environ.get("COLORTERM", "").lower() in _TRUE or "direct" in environ.get("TERM", ""):
        return _fine("colours", "16 million (COLORTERM)")
    said = f"COLORTERM does not say truecolor (TERM is {clean_line(environ.get('TERM') or 'not set', 40)})"
    return (
        "colours",
        Severity.WARNING,
        Reason(said, 0, "set COLORTERM=truecolor if the terminal has it; themes look coarse"),
    )


def _encoding() -> Finding:
    encoding = sys.stdout.encoding or "unknown"
    named = next(
        (os.environ[each] for each in ("LC_ALL", "LC_CTYPE", "LANG") if os.environ.get(each)), "not set"
    )
    with contextlib.suppress(LookupError, UnicodeEncodeError):
        "─漢🙂".encode(encoding)
        return _fine(
            "encoding", f"{encoding}, locale {clean_line(named, 40)} ({locale.getpreferredencoding(False)})"
        )
    said = f"{encoding} cannot write what panes are drawn with (locale {clean_line(named, 40)})"
    return "encoding", Severity.ERROR, Reason(said, 0, "set LANG to a UTF-8 locale, C.UTF-8 for instance")


def _size() -> Finding:
    size = shutil.get_terminal_size()
    said = f"{size.columns} by {size.lines}"
    if size.columns < _SMALLEST[0] or size.lines < _SMALLEST[1]:
        return "size", Severity.WARNING, Reason(f"{said} is small", 0, "the screen needs 40 by 12")
    if size.columns < _SMALL[0] or size.lines < _SMALL[1]:
        return _fine("size", f"{said}: one pane at a time, below 80 by 20")
    return _fine("size", said)


def _widths(widths: Mapping[str, int]) -> Finding:
    """Compare what the terminal draws with what the screen counts on."""
    from rich.cells import cell_len

    if len(widths) < len(SAMPLES):
        return (
            "widths",
            Severity.WARNING,
            Reason("how wide characters are drawn is unknown: it does not tell"),
        )
    odd = [
        f"{name} takes {widths[name]}, not {cell_len(sample)}"
        for name, sample in SAMPLES.items()
        if widths[name] != cell_len(sample)
    ]
    if not odd:
        return _fine("widths", "wide characters and emoji take the columns they should")
    said = f"columns that are drawn otherwise than counted: {', '.join(odd)}"
    return (
        "widths",
        Severity.WARNING,
        Reason(
            said, 0, "rows with such characters may shift; a newer terminal, or its Unicode setting, helps"
        ),
    )


def _fine(what: str, said: str) -> Finding:
    return what, Severity.INFORMATION, Reason(said)
