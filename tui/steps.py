"""The steps of a set-up: commands that take long, and what the person who waits is told meanwhile.

Standard library only, and importable by Python 3.6, as `bootstrap` says why.
"""

# ruff: noqa: S603 (every command is of our own making)

import contextlib
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

# What pip or the socket below it says when there is no way to the package index.
UNREACHABLE = re.compile(
    r"Failed to establish a new connection|Temporary failure in name resolution|getaddrinfo failed"
    r"|Connection refused|Connection timed out|ConnectTimeoutError|Network is unreachable|ProxyError"
    r"|\(from versions: none\)|nodename nor servname|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT"
)
# The lines of pip and npm that say what they are at.
DETAIL = re.compile(r"\s*(Collecting|Downloading|Building|Installing collected)\s+(\S+)")


class SetupError(Exception):
    """Set-up cannot go on. The text is for a person: what is wrong, and what to do about it."""


def say(text: str) -> None:
    """Write a line for the person who waits."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def run(title: str, command: "list[str]", folder: Path) -> None:
    """Run a command that may take long, and show what it is at; SetupError with the end of what it said."""
    started = time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=str(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    lines: list[str] = []
    reader = threading.Thread(target=lambda: lines.extend(iter_lines(process)), daemon=True)
    reader.start()
    try:
        show_progress(title, process, lines, started)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
        reader.join(5)
    took = f"{time.monotonic() - started:.0f} s"
    if process.returncode == 0:
        say(f"  {title}: done in {took}")
        return
    said = "\n".join(f"    {line}" for line in lines[-15:])
    if any(UNREACHABLE.search(line) for line in lines):
        raise SetupError(
            f"{said}\nThe package index cannot be reached, and the set-up needs it once.\n"
            "Check the network, and HTTPS_PROXY if you are behind a proxy; then run this again."
        )
    raise SetupError(f"{said}\nSetting up the {title} failed after {took}: {' '.join(command)}")


def iter_lines(process: "subprocess.Popen[str]") -> "Iterator[str]":
    """What a process says, line by line, until it closes its output."""
    assert process.stdout is not None  # noqa: S101 (asked for by run)
    with process.stdout as output:
        for line in output:
            yield line.rstrip()


def show_progress(title: str, process: "subprocess.Popen[str]", lines: "list[str]", started: float) -> None:
    """Tell what a process is at until it ends: on a terminal one line that changes, else one per package."""
    terminal = sys.stderr.isatty()
    width = shutil.get_terminal_size().columns - 1
    seen, detail = 0, ""
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.2)
        fresh = lines[seen:]
        seen += len(fresh)
        for found in filter(None, map(DETAIL.match, fresh)):
            detail = " ".join(found.groups())
            if not terminal and found.group(1) == "Collecting":
                say(f"  {title}: {detail}")
        ended = process.returncode is not None
        if terminal:
            text = "" if ended else f"  {title}: {time.monotonic() - started:.0f} s  {detail}"
            sys.stderr.write("\r" + text[:width].ljust(width) + "\r")
            sys.stderr.flush()
        if ended:
            return


@contextlib.contextmanager
def locked(path: Path) -> "Iterator[None]":
    """Hold the lock on a file, so that two set-ups at once follow each other."""
    with path.open("r+b") as file:
        if not try_lock(file.fileno()):
            say("Another set-up of this checkout is under way: waiting for it.")
            while not try_lock(file.fileno()):
                time.sleep(0.2)
        yield  # closing the file releases the lock


def try_lock(descriptor: int) -> bool:
    """Lock an open file; False when somebody else has it."""
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 (this platform's)

            os.lseek(descriptor, 1 << 30, os.SEEK_SET)  # past the end: locks there hinder no reader
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 (this platform's)

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True  # a file system without locks: better unserialised than never
    return True


def become(command: "list[str]") -> "NoReturn":
    """Replace this process by a command; where there is no such thing, run it and end with its exit code."""
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name != "nt":
        os.execv(command[0], command)  # noqa: S606 (no shell is wanted)
    process = subprocess.Popen(command)
    while process.returncode is None:
        with contextlib.suppress(KeyboardInterrupt):  # Ctrl+C reaches both: the child decides
            process.wait()
    sys.exit(process.returncode)
