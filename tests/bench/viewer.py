"""The program that draws, a process of its own: ours or a peer, in a terminal or without one.

`python -m tests.bench.viewer SPEC` with a specification in JSON; the report goes to the file it names.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic

from tests.bench.feed import Pipe
from tests.bench.ours import OurWall
from tests.bench.peers import PEERS, PeerWall
from tests.bench.probe import Report, Typist

SIZE = (200, 50)
GRACE = 2.0
"""Seconds in which whatever was sent has to be there in the end."""


@dataclass
class Spec:
    """What is run: `peer` is ours, stream or tick; `publisher` its arguments."""

    peer: str
    publisher: list[str]
    panes: int
    report: str
    headless: bool = True
    warm: float = 0.7
    seconds: float = 2.0
    """Seconds of measurement; 0 measures until everything has arrived."""


def rss() -> int:
    """Memory in use by this process, in bytes."""
    return int(subprocess.check_output(["ps", "-o", "rss=", "-p", str(os.getpid())])) * 1024


async def measure(app: OurWall | PeerWall, pipe: Pipe, spec: Spec) -> None:
    probe, report = app.probe, app.probe.report
    while not pipe.sent:  # noqa: ASYNC110  the pipe is read by a thread
        await asyncio.sleep(0.01)
    # As the program does once it is painted, so that no collection goes through everything that was loaded.
    gc.collect()
    gc.freeze()
    began = monotonic()
    typist = Typist(app)
    if spec.seconds:
        if spec.headless:
            typist.start()
        await asyncio.sleep(spec.warm)
        report.visible = app.seen
        await probe.measure(spec.seconds, lambda: pipe.sent)
    else:
        probe.begin()

    def arrived() -> bool:
        return pipe.ended and app.held() >= pipe.sent

    while not arrived() and (not spec.seconds or monotonic() - report.end < GRACE):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    typist.leave.set()
    if not spec.seconds:
        probe.finish()
        await asyncio.sleep(0.5)
        report.sent, report.shown, report.visible = pipe.sent, app.held(), app.seen
        report.rss = rss()
        report.delays.clear()
    report.seconds_of_all = monotonic() - began
    report.whole = pipe.ended and app.held() == pipe.sent
    report.marks = pipe.marks if not spec.headless else []


async def main(spec: Spec) -> Report:
    pipe = Pipe(spec.publisher)
    app = OurWall(pipe) if spec.peer == "ours" else PEERS[spec.peer](pipe, spec.panes)

    async def then() -> None:
        try:
            await measure(app, pipe, spec)
        finally:
            app.exit()

    asyncio.get_running_loop().call_later(0.5, lambda: setattr(app.probe.report, "rss_idle", rss()))
    following = asyncio.create_task(then())
    await app.run_async(headless=spec.headless, size=SIZE if spec.headless else None)
    await following
    pipe.close()
    return app.probe.report


if __name__ == "__main__":
    wanted = Spec(**json.loads(sys.argv[1]))
    Path(wanted.report).write_text(json.dumps(asdict(asyncio.run(main(wanted)))))
    os._exit(0)
