"""What writes to a terminal goes on when that is gone. The program then ends: see tests/test_program.py."""

from __future__ import annotations

import os
import pty

from tui.cli.terminal import Outlet


def test_what_is_written_to_a_terminal_that_is_gone_is_dropped() -> None:
    master, slave = pty.openpty()
    with os.fdopen(slave, "w", encoding="utf-8", closefd=False) as stream:
        outlet = Outlet(stream)
        assert outlet.write("seen") == 4
        outlet.flush()
        assert os.read(master, 100) == b"seen"
        assert (outlet.isatty(), outlet.fileno(), outlet.encoding) == (True, slave, "utf-8")
        os.close(master)
        for _ in range(3):
            assert outlet.write("x" * 100_000) == 100_000
            outlet.flush()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, slave)
        os.close(nowhere)
    os.close(slave)
