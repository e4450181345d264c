import re
import stat
from pathlib import Path

import pyperclip
import pytest

from tui.cli.keeping import copy, keep


def test_a_file_is_new_readable_by_its_owner_only_and_named_by_us(tmp_path: Path) -> None:
    paths = [keep(text, form, tmp_path) for text in "ab" for form in ("markdown", "json", "svg")]
    assert len(set(paths)) == 6
    for path in paths:
        assert re.fullmatch(r"ably-tui-\d{8}-\d{6}(-\d+)?\.(md|json|svg)", path.name)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [path.read_text() for path in paths] == ["a"] * 3 + ["b"] * 3


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        keep("text", "json", tmp_path / "missing")


@pytest.mark.parametrize(
    ("seen", "expected"), [("text\nmore", True), ("text\r\nmore", True), ("something else", False)]
)
def test_a_copy_is_claimed_only_where_it_is_read_back(
    seen: str, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    monkeypatch.setattr(pyperclip, "copy", lambda text: None)
    monkeypatch.setattr(pyperclip, "paste", lambda: seen)
    assert copy("text\nmore") is expected


def test_without_a_clipboard_or_over_ssh_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(text: str) -> None:
        raise pyperclip.PyperclipException("no clipboard here")

    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    monkeypatch.setattr(pyperclip, "copy", none)
    assert not copy("text")
    monkeypatch.setattr(pyperclip, "copy", lambda text: None)
    monkeypatch.setattr(pyperclip, "paste", lambda: "text")
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22")
    assert not copy("text")
