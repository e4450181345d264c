from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from tui.agent.tools import files as module
from tui.agent.tools.error import ToolError
from tui.agent.tools.files import MAX_BYTES, MAX_HITS, Files


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "src").mkdir(parents=True)
    (root / "README.md").write_text("hello\nTODO one\n")
    (root / "src" / "main.py").write_text("x = 1  # todo two\n")
    (root / ".env").write_text("SECRET todo\n")
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text("todo\n")
    (root / "deploy.pem").write_text("todo\n")
    (root / "link.md").symlink_to("README.md")
    (root / "hidden").symlink_to(".env")
    (root / "out").symlink_to(tmp_path)
    (root / "loop").symlink_to("loop")
    (tmp_path / "outside.txt").write_text("todo: not yours\n")
    return root


@pytest.mark.parametrize(
    "path",
    [
        "..",
        "../outside.txt",
        "src/../../outside.txt",
        "/etc/passwd",
        "/",
        "out/outside.txt",
        "out",
        "../root2",
        "a\0b",
        pytest.param("x" * 5_000, id="long"),
    ],
)
async def test_nothing_outside_is_read(root: Path, path: str) -> None:
    files = Files(root)
    (root.parent / "root2").mkdir()
    for call in (files.read, files.list, files.search):
        with pytest.raises(ToolError) as raised:
            await call({"path": path, "text": "todo"})
        assert "not yours" not in str(raised.value)
        assert len(str(raised.value)) < 6_000


@pytest.mark.parametrize("path", ["~", "~/x", "nothing", "src/nothing", "loop", "src", "README.md/x"])
async def test_what_is_no_file(root: Path, path: str) -> None:
    with pytest.raises(ToolError):
        await Files(root).read({"path": path})


@pytest.mark.parametrize("path", ["README.md", "./README.md", "src/../README.md", "link.md"])
async def test_a_file_is_read(root: Path, path: str) -> None:
    assert await Files(root).read({"path": path}) == "hello\nTODO one\n"
    assert await Files(root).read({"path": str(root / path)}) == "hello\nTODO one\n"


@pytest.mark.parametrize(
    ("path", "private"),
    [
        ("README.md", False),
        ("", False),
        (".", False),
        ("./src", False),
        ("src/../README.md", False),
        (".env", True),
        ("./.env", True),
        ("src/../.env", True),
        (".git", True),
        (".git/config", True),
        ("hidden", True),
        (".nothing/../README.md", True),
        ("deploy.pem", True),
        ("src/id_rsa", True),
        ("Credentials.json", True),
        ("secrets", True),
        ("src/secretary.py", False),
        ("../x", False),
    ],
)
def test_what_asks_first(root: Path, path: str, private: bool) -> None:
    assert Files(root).is_private({"path": path}) is private


async def test_a_file_that_is_no_text(root: Path) -> None:
    (root / "binary").write_bytes(b"\x7fELF\0\0")
    with pytest.raises(ToolError, match="no text"):
        await Files(root).read({"path": "binary"})


async def test_a_huge_file_is_cut_between_characters(root: Path) -> None:
    with (root / "huge").open("wb") as file:
        file.write("é".encode() * MAX_BYTES)
        file.truncate(10**12)  # sparse
    text = await Files(root).read({"path": "huge"})
    assert text.startswith("éé")
    assert "\ufffd" not in text
    assert "cut after" in text


async def test_what_is_no_regular_file_does_not_hang(root: Path) -> None:
    os.mkfifo(root / "pipe")
    async with asyncio.timeout(10):
        for path in ("pipe", "src"):
            with pytest.raises(ToolError):
                await Files(root).read({"path": path})
        assert "README.md:2" in await Files(root).search({"text": "todo"})


async def test_a_link_that_comes_between_is_not_followed(root: Path) -> None:
    files = Files(root)
    path = files._resolve({"path": "README.md"})
    path.unlink()
    path.symlink_to(root.parent / "outside.txt")
    with pytest.raises(ToolError):
        files._read(path)


async def test_listing(root: Path) -> None:
    listed = (await Files(root).list({})).split("\n")
    assert "src/" in listed
    assert "README.md" in listed
    (root / "empty").mkdir()
    assert await Files(root).list({"path": "empty"}) == "it is empty"
    with pytest.raises(ToolError):
        await Files(root).list({"path": "README.md"})
    for number in range(600):
        (root / "empty" / f"{number}").touch()
    assert "… and 100 more" in await Files(root).list({"path": "empty"})


async def test_searching_leaves_out_what_is_private_and_linked(root: Path) -> None:
    assert (
        await Files(root).search({"text": "ToDo"})
        == "README.md:2: TODO one\nsrc/main.py:1: x = 1  # todo two"
    )
    assert (
        await Files(root).search({"text": "todo", "path": "src/main.py"})
        == "src/main.py:1: x = 1  # todo two"
    )
    assert await Files(root).search({"text": "nowhere"}) == "nothing found"
    assert await Files(root).search({"text": "todo", "path": ".env"}) == ".env:1: SECRET todo"
    with pytest.raises(ToolError):
        await Files(root).search({"text": " "})


async def test_searching_is_bounded(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "many").write_text("todo " + "x" * 1_000 + "\n" + "todo\n" * 1_000)
    found = (await Files(root).search({"text": "todo", "path": "many"})).split("\n")
    assert len(found) == MAX_HITS + 1
    assert max(map(len, found)) < 400
    monkeypatch.setattr(module, "MAX_SECONDS", -1.0)
    assert "before all was searched" in await Files(root).search({"text": "todo"})


async def test_a_search_that_is_cancelled_ends(root: Path) -> None:
    for number in range(300):
        (root / f"f{number}").write_text("x\n" * 50_000)
    task = asyncio.create_task(Files(root).search({"text": "nowhere"}))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
