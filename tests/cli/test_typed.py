"""What was typed is there at the next start, whatever else runs and whatever stands in the files."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.cli import typed
from tui.cli.screen import memory_of
from tui.cli.typed import Typed
from tui.machine import Folders
from tui.settings import resolve
from tui.ui.ports import Draft


def again(folder: Path, place: str = "ai:test") -> tuple[list[str], str | None]:
    """What a program that starts now is given."""
    memory = Typed(folder, place)
    earlier, draft = memory.recall()
    memory.close()
    return [each.text for each in earlier], None if draft is None else draft.text


def test_prompts_and_the_draft_come_back(tmp_path: Path) -> None:
    memory = Typed(tmp_path / "typed", "ai:test")
    assert memory.recall() == ([], None)
    chip = Draft("see [pasted 9 lines]", {"[pasted 9 lines]": "a\nb \ud800 é"})
    memory.remember(Draft("first"))
    memory.remember(chip)
    assert memory.keep(Draft("half a"))
    memory.close()
    memory = Typed(tmp_path / "typed", "ai:test")
    earlier, draft = memory.recall()
    assert earlier[0] == Draft("first")
    assert earlier[1].meant == "see a\nb \ufffd é"
    assert draft == Draft("half a")
    assert memory.keep(Draft())
    memory.close()
    assert again(tmp_path / "typed")[1] is None


def test_a_client_id_may_have_its_own(tmp_path: Path) -> None:
    def told(**flags: str) -> tuple[list[str], str | None] | None:
        settings = resolve({"channel": "ai:one", **flags}, {"USER": "ana"}, {})
        memory = memory_of(settings, Folders(tmp_path, tmp_path))
        if memory is None:
            return None
        earlier, draft = memory.recall()
        memory.remember(Draft(settings.client_id))
        memory.keep(Draft(f"draft of {settings.client_id}"))
        memory.close()
        return [each.text for each in earlier], None if draft is None else draft.text

    assert told(client_id="ana", prompt_history="own") == ([], None)
    assert told(client_id="ben", prompt_history="own") == ([], None)
    assert told(client_id="ana", prompt_history="own") == (["ana"], "draft of ana")
    assert told(client_id="ana") == ([], None)
    assert told(client_id="ben") == (["ana"], "draft of ana")
    files = {each.name: each.read_bytes() for each in (tmp_path / "typed").iterdir()}
    assert told(client_id="ana", prompt_history="none") is None
    assert files == {each.name: each.read_bytes() for each in (tmp_path / "typed").iterdir()}


def test_only_the_user_can_read_them(tmp_path: Path) -> None:
    memory = Typed(tmp_path / "typed", "ai:test")
    memory.recall()
    memory.remember(Draft("first"))
    memory.keep(Draft("draft"))
    memory.close()
    assert stat.S_IMODE((tmp_path / "typed").stat().st_mode) == 0o700
    files = list((tmp_path / "typed").iterdir())
    assert len(files) >= 2
    assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}


def test_prompts_are_for_all_channels_and_a_draft_for_its_own(tmp_path: Path) -> None:
    memory = Typed(tmp_path, "local ai:one")
    memory.recall()
    memory.remember(Draft("asked"))
    memory.keep(Draft("draft"))
    memory.close()
    assert again(tmp_path, "ably ai:one") == (["asked"], None)
    assert again(tmp_path, "local ai:one") == (["asked"], "draft")


def test_programs_at_once_keep_a_draft_each_and_all_prompts(tmp_path: Path) -> None:
    one, two = Typed(tmp_path, "ai:test"), Typed(tmp_path, "ai:test")
    for memory, name in ((one, "one"), (two, "two")):
        assert memory.recall() == ([], None), "what a running program holds is not another's"
        memory.keep(Draft(name))
    for n in range(5):
        one.remember(Draft(f"one {n}"))
        two.remember(Draft(f"two {n}"))
    two.close()
    assert again(tmp_path)[1] == "two"
    one.close()
    assert again(tmp_path) == ([f"{who} {n}" for n in range(5) for who in ("one", "two")], "one")


def test_a_draft_survives_a_kill(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from tui.cli.typed import Typed; "
        "from tui.ui.ports import Draft; memory = Typed(Path(sys.argv[1]), 'ai:test'); memory.recall(); "
        "memory.keep(Draft('draft')); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert again(tmp_path) == ([], "draft")


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\xff\xfe\x00",
        b"null",
        b"[1]",
        b'{"text": 3}',
        b'{"text": "x", "chips": {"a": 1}}',
        b"[" * 9_000,
        b"{",
    ],
)
def test_a_line_that_cannot_be_read_costs_itself_alone(tmp_path: Path, rubbish: bytes) -> None:
    memory = Typed(tmp_path, "ai:test")
    memory.recall()
    memory.keep(Draft("draft"))
    memory.remember(Draft("before"))
    with (tmp_path / "prompts.jsonl").open("ab") as file:
        file.write(rubbish)  # no line's end: whoever wrote it was killed
    memory.remember(Draft("after"))
    next(tmp_path.glob("draft-*.json")).write_bytes(rubbish)
    memory.close()
    assert again(tmp_path) == (["before", "after"], None)


def test_escape_sequences_in_the_file_are_none_in_the_box(tmp_path: Path) -> None:
    (tmp_path / "prompts.jsonl").write_text(json.dumps({"text": "a\x1b]52;c;x\x07b"}) + "\n")
    assert again(tmp_path)[0] == ["ab"]


def test_the_newest_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed, "KEPT", 10)
    memory = Typed(tmp_path, "ai:test")
    for n in range(25):
        memory.remember(Draft(str(n)))
    assert again(tmp_path)[0] == [str(n) for n in range(15, 25)]
    assert len((tmp_path / "prompts.jsonl").read_bytes().splitlines()) == 10


def test_the_file_does_not_grow_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed, "MOST_BYTES", 2_000)
    monkeypatch.setattr(typed, "LONGEST", 900)
    memory = Typed(tmp_path, "ai:test")
    for n in range(50):
        memory.remember(Draft(f"{n} " + "x" * 100))
        assert (tmp_path / "prompts.jsonl").stat().st_size <= 2_000
    memory.remember(Draft("y" * 1_000))
    earlier, _ = again(tmp_path)
    assert earlier[-1].startswith("49 ")
    assert len(earlier) > 5


def test_where_nothing_can_be_written_nothing_is_raised(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    memory = Typed(tmp_path / "file" / "typed", "ai:test")
    assert memory.recall() == ([], None)
    memory.remember(Draft("first"))
    assert not memory.keep(Draft("draft")), "whoever quits is warned"
    memory.close()
    assert "was not kept" in caplog.text
    assert "first" not in caplog.text


@given(st.binary(max_size=300))
def test_whatever_the_file_holds(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("typed")
    (folder / "prompts.jsonl").write_bytes(content)
    memory = Typed(folder, "ai:test")
    memory.recall()
    memory.remember(Draft("asked"))
    memory.close()
    assert again(folder)[0][-1] == "asked"
