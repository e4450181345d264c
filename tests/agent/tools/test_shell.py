from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from tests.agent.test_tasks import until
from tui.agent.tools.error import ToolError
from tui.agent.tools.shell import MAX_BYTES, Shell

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the tool needs POSIX")
ENVIRON = {"PATH": os.environ["PATH"], "HOME": "/nowhere", "ABLY_API_KEY": "app.key:secret", "MYSQL_PWD": "x"}


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path, ENVIRON)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # Killed, and not yet collected by whoever inherited it.
    return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()


def gone(pid: int) -> bool:
    try:
        return not is_alive(pid)
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("echo hi", "[exit status 0]\nhi"),
        ("echo out; echo err >&2; exit 3", "[exit status 3]\nout\nerr"),
        ("true", "[exit status 0]\n"),
        ("cat", "[exit status 0]\n"),  # there is no input
        ("nothing-of-that-name 2>/dev/null", "[exit status 127]\n"),
        ("kill -9 $$", "[exit status -9]\n"),
        ("tty", "[exit status 1]\nnot a tty"),
        ("(: </dev/tty) 2>/dev/null || echo none", "[exit status 0]\nnone"),
    ],
)
async def test_commands(shell: Shell, command: str, said: str) -> None:
    assert await shell.run({"command": command}) == said


async def test_it_runs_in_the_root_without_keys(shell: Shell, tmp_path: Path) -> None:
    assert await shell.run({"command": "pwd"}) == f"[exit status 0]\n{tmp_path}"
    said = await shell.run({"command": "env"})
    assert "HOME=/nowhere" in said
    assert "TERM=dumb" in said
    assert "app.key" not in said
    assert "MYSQL_PWD" not in said


@pytest.mark.parametrize("command", ["", "  ", "a\0b"])
async def test_what_is_no_command(shell: Shell, command: str) -> None:
    with pytest.raises(ToolError):
        await shell.run({"command": command})


async def test_of_much_output_the_end_is_kept(shell: Shell) -> None:
    said = await shell.run({"command": "yes 0123456789 | head -c 3000000; echo; echo end"})
    assert said.startswith("[exit status 0]\n… the first ")
    assert said.endswith("\nend")
    assert len(said) < MAX_BYTES + 200


async def test_output_without_an_end(shell: Shell) -> None:
    with pytest.raises(ToolError, match="ended after"):
        await shell.run({"command": "yes"}, within=0.3)


async def test_when_it_takes_too_long_its_children_die(shell: Shell, tmp_path: Path) -> None:
    with pytest.raises(ToolError) as raised:
        await shell.run({"command": "sleep 1000 & echo $! > child; echo begun; sleep 1000"}, within=0.5)
    assert str(raised.value) == "it was ended after 0.5 s; it wrote:\nbegun"
    child = int((tmp_path / "child").read_text())
    await until(lambda: gone(child))


async def test_what_stays_in_the_background_neither_holds_it_up_nor_survives(
    shell: Shell, tmp_path: Path
) -> None:
    async with asyncio.timeout(20):
        assert (
            await shell.run({"command": "sleep 1000 & echo $! > child; echo done"}) == "[exit status 0]\ndone"
        )
    child = int((tmp_path / "child").read_text())
    await until(lambda: gone(child))


async def test_cancelling_while_it_starts_kills_it_with_its_children(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create, child = asyncio.create_subprocess_shell, tmp_path / "child"

    async def slowly(*arguments: Any, **options: Any) -> asyncio.subprocess.Process:
        process = await create(*arguments, **options)
        await until(lambda: child.exists() and child.read_text().strip())
        task.cancel()
        await asyncio.sleep(0)
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_shell", slowly)
    task = asyncio.create_task(shell.run({"command": "sleep 1000 & echo $! > child; sleep 1000"}))
    with pytest.raises(asyncio.CancelledError):
        await task
    pid = int(child.read_text())
    await until(lambda: gone(pid))


async def test_cancelling_kills_it_with_its_children(shell: Shell, tmp_path: Path) -> None:
    task = asyncio.create_task(shell.run({"command": "sleep 1000 & echo $! > child; sleep 1000"}))
    child = tmp_path / "child"
    await until(lambda: child.exists() and child.read_text().strip())
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    pid = int(child.read_text())
    await until(lambda: gone(pid))
