"""The scripts: bash runs its own where there is a bash; the others are looked at."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tui.cli.completion import SHELLS
from tui.cli.main import COMMANDS, main
from tui.values import THEMES

_BASH = shutil.which("bash")
_ASK = """
source {script}
COMP_WORDS=({words}); COMP_CWORD=$(({count} - 1)); COMP_LINE="${{COMP_WORDS[*]}}"; COMP_POINT=${{#COMP_LINE}}
_ably_tui
printf '%s\\n' "${{COMPREPLY[@]}}"
complete -p ably-tui >&2
"""


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("ABLY_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ABLY_TUI_HOME", str(tmp_path))


@pytest.fixture
def script(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert main(["completion", "bash"]) == 0
    path = tmp_path / "ably-tui.bash"
    path.write_text(capsys.readouterr().out)
    return path


def complete(script: Path, *words: str, folder: Path | None = None) -> set[str]:
    """What bash offers for the last of the words."""
    assert _BASH is not None
    quoted = " ".join(map(shlex.quote, ["ably-tui", *words]))
    ask = _ASK.format(script=shlex.quote(str(script)), words=quoted, count=len(words) + 1)
    done = subprocess.run(
        [_BASH, "--norc", "-c", ask], capture_output=True, text=True, check=True, timeout=30, cwd=folder
    )
    assert "ably-tui" in done.stderr
    return set(done.stdout.split())


@pytest.mark.skipif(_BASH is None, reason="needs bash")
def test_bash_completes_commands_flags_and_choices(script: Path) -> None:
    assert set(COMMANDS) <= complete(script, "")
    assert complete(script, "doc") == {"doctor"}
    assert complete(script, "--cha") == {"--channel"}
    assert complete(script, "--pattern", "") == {"token", "response", "auto"}
    assert complete(script, "--channel", "x", "con") == {"config"}
    assert complete(script, "doctor", "--js") == {"--json"}
    assert complete(script, "serve", "--idle") == {"--idle-exit"}
    assert complete(script, "completion", "") == set(SHELLS)


@pytest.mark.skipif(_BASH is None, reason="needs bash")
def test_bash_completes_the_words_of_closed_sets(script: Path) -> None:
    assert complete(script, "--theme", "") == set(THEMES)
    assert complete(script, "--allow-cancel", "") == {"any", "own", "none"}
    assert complete(script, "--prompt-history", "") == {"shared", "own", "none"}
    assert complete(script, "agent", "--tools", "r") == {"read_file", "run_command"}
    assert complete(script, "export", "--format", "") == {"md", "json", "svg"}


@pytest.mark.skipif(_BASH is None, reason="needs bash")
def test_bash_completes_behind_an_equals_sign(script: Path) -> None:
    assert complete(script, "export", "--format", "=") == {"md", "json", "svg"}
    assert complete(script, "export", "--format", "=", "j") == {"json"}
    assert complete(script, "--theme", "=", "nor") == {"nord"}


@pytest.mark.skipif(_BASH is None, reason="needs bash")
def test_bash_completes_files_where_a_file_is_wanted(script: Path, tmp_path: Path) -> None:
    folder = tmp_path / "here"
    (folder / "below").mkdir(parents=True)
    (folder / "belt.json").touch()
    assert complete(script, "serve", "--keys", "bel", folder=folder) == {"below", "belt.json"}
    assert complete(script, "serve", "--directory", "bel", folder=folder) == {"below"}


@pytest.mark.parametrize("shell", SHELLS)
def test_every_script_knows_every_command(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert all(name in script for name in COMMANDS)
    assert "client-id" in script


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_that_is_there_reads_its_script(
    shell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"needs {shell}")
    assert main(["completion", shell]) == 0
    path = tmp_path / "script"
    path.write_text(capsys.readouterr().out)
    subprocess.run([program, "-n", str(path)], check=True, timeout=30)
