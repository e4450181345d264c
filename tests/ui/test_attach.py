import os
from pathlib import Path

import pytest

from tui.ui.attach import MOST, AttachError, attached, doubt, offered, size_of


def test_paths_are_offered_folders_last_and_hidden_ones_when_their_dot_is_typed(tmp_path: Path) -> None:
    for name in ("Beta.txt", "alpha.txt", ".hidden", "evil\x1b[2J.txt", "odd].txt"):
        (tmp_path / name).write_text("x")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "deep.txt").write_text("x")
    assert offered("", tmp_path) == ["alpha.txt", "Beta.txt", "sub/"]
    assert offered("b", tmp_path) == ["Beta.txt"]
    assert offered(".", tmp_path) == [".hidden"]
    assert offered("sub/", tmp_path) == ["sub/deep.txt"]
    assert offered("nowhere/", tmp_path) == []


@pytest.mark.parametrize(
    ("path", "doubted"),
    [
        ("in.txt", False),
        ("a/b.txt", False),
        ("../out.txt", True),
        ("link.txt", True),
        (".env", True),
        (".git/x", True),
    ],
)
def test_what_is_outside_or_hidden_is_doubted(tmp_path: Path, path: str, doubted: bool) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "link.txt").symlink_to(tmp_path / "out.txt")
    assert (doubt(path, folder) is not None) == doubted


def test_all_that_is_doubtful_is_said(tmp_path: Path) -> None:
    folder = tmp_path / ".up" / "here"
    folder.mkdir(parents=True)
    assert doubt("../../.ssh/id", folder) == "hidden and outside this directory"
    assert doubt("../x", folder) == "outside this directory"
    assert doubt(".env", folder) == "hidden"


def test_a_home_may_lie_below_a_hidden_folder(tmp_path: Path) -> None:
    folder = tmp_path / ".hidden" / "project"
    folder.mkdir(parents=True)
    assert doubt("x.py", folder) is None


def test_a_file_is_fenced_by_more_ticks_than_it_has(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"````\r\nx\r\n````")
    file = attached("a.md", tmp_path)
    assert file.label == "[@a.md 13 B]"
    assert file.text == "\n\nFile a.md (13 B):\n\n`````md\n````\nx\n````\n`````\n\n"


def test_what_is_no_file_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in ("pipe", ".", "missing"):
        with pytest.raises(AttachError):
            attached(path, tmp_path)


@pytest.mark.parametrize(
    ("content", "why"), [(b"a\0b", "no text"), (b"\xff", "no text"), (b"x" * (MOST + 1), "too long")]
)
def test_what_cannot_be_sent_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(AttachError, match=why):
        attached("x", tmp_path)


def test_sizes() -> None:
    assert [size_of(count) for count in (0, 999, 1200)] == ["0 B", "999 B", "1.2 KB"]


def test_in_a_folder_of_ten_thousand_files_each_can_be_found(tmp_path: Path) -> None:
    names = [f"file_{n:05}.txt" for n in range(10_000)]
    for name in names:
        (tmp_path / name).touch()
    assert offered("", tmp_path) == names[:50]
    for name in names[::999]:
        assert offered(name[:-4], tmp_path) == [name]
