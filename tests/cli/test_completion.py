"""The scripts, each in its own shell where that is there: nothing but bash is on every machine."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from functools import partial
from pathlib import Path

import pytest

from tests.terminal import Terminal
from tui.cli.completion import SHELLS
from tui.cli.main import COMMANDS, main
from tui.values import SHORT_THEMES, THEMES

_BASH, _ZSH, _FISH = map(shutil.which, ("bash", "zsh", "fish"))
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
    assert complete(script, "--model", "demo", "ag") == {"agent"}
    assert complete(script, "--model", "demo", "tail", "--js") == {"--json"}
    assert complete(script, "doctor", "--js") == {"--json"}
    assert complete(script, "serve", "--idle") == {"--idle-exit"}
    assert complete(script, "completion", "") == set(SHELLS)


@pytest.mark.skipif(_BASH is None, reason="needs bash")
def test_bash_completes_the_words_of_closed_sets(script: Path) -> None:
    assert complete(script, "--theme", "") == {*SHORT_THEMES, *THEMES}
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


_ASKED = [
    ("ta", {"tail"}),
    ("--channel x con", {"config"}),
    ("--model demo ag", {"agent"}),
    ("--cha", {"--channel"}),
    ("--theme nor", {"nord"}),
    ("tail --js", {"--json"}),
    ("export --format ", {"md", "json", "svg"}),
    ("agent --tools r", {"read_file", "run_command"}),
    ("completion ", set(SHELLS)),
    ("replay bel", {"below/", "belt.json"}),
    ("serve --directory bel", {"below/"}),
]
"""What is typed, and what is to be offered for it."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With something to complete in it."""
    found = tmp_path / "here"
    (found / "below").mkdir(parents=True)
    (found / "belt.json").touch()
    return found


@pytest.mark.skipif(_FISH is None, reason="needs fish")
def test_fish_completes_the_same(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "fish"]) == 0
    path = tmp_path / "ably-tui.fish"
    path.write_text(capsys.readouterr().out)
    asked = [*_ASKED, ("export --format=", {"--format=md", "--format=json", "--format=svg"})]
    asks = "; echo ---; ".join(f"complete -C {shlex.quote('ably-tui ' + words)}" for words, _ in asked)
    command = [str(_FISH), "--no-config", "-c", f"source {shlex.quote(str(path))}; {asks}"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=60, cwd=folder, env=environment
    )
    offered = [{line.partition("\t")[0] for line in each.splitlines()} for each in done.stdout.split("---\n")]
    assert offered == [expected for _, expected in asked]


@pytest.mark.skipif(_FISH is None, reason="needs fish")
def test_fish_tells_of_a_flag_and_not_the_same_of_each_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["completion", "fish"]) == 0
    path = tmp_path / "ably-tui.fish"
    path.write_text(capsys.readouterr().out)
    asks = "; ".join(
        f"complete -C 'ably-tui {words}'" for words in ("export --form", "export --format ", "demo ")
    )
    command = [str(_FISH), "--no-config", "-c", f"source {shlex.quote(str(path))}; {asks}"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, env=environment)
    flag, *words = done.stdout.splitlines()
    assert flag.startswith("--format\tMarkdown, JSON or a picture")
    assert sorted(words) == ["json", "md", "patterns", "streams", "svg"]


def shows(expected: set[str], screen: str) -> bool:
    """Whether a shell offers these: in a list below what was typed, or behind that where it is but one."""
    _, typed, *offered = [*screen.partition("ready")[2].splitlines(), "", ""]
    if len(expected) > 1:
        return {word for line in offered for word in line.split()} == expected
    return typed.rstrip().removesuffix(" -").removesuffix("=").endswith(tuple(expected))


@pytest.mark.skipif(_ZSH is None, reason="needs zsh")
def test_zsh_completes_the_same(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Typed in a terminal: its completion runs nowhere else."""
    assert main(["completion", "zsh"]) == 0
    (tmp_path / "functions").mkdir()
    (tmp_path / "functions" / "_ably-tui").write_text(capsys.readouterr().out)
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    with Terminal([str(_ZSH), "-f"], columns=120, rows=30, environment=environment) as terminal:
        terminal.send(
            f"cd {shlex.quote(str(folder))}; fpath=({shlex.quote(str(tmp_path / 'functions'))} $fpath); "
            "autoload -Uz compinit; compinit -u -D; unsetopt auto_menu; setopt auto_list no_list_ambiguous; "
            "PS1='%% '; clear; echo rea''dy\r"
        )
        terminal.wait_for("ready")
        for words, expected in [*_ASKED, ("export --format=", {"md", "json", "svg"})]:
            terminal.send(f"\x15clear; echo rea''dy\rably-tui {words}\t")

            terminal.wait_for(partial(shows, expected))
        terminal.send("\x15exit\r")
        terminal.wait_exit()


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_commands_are_told_apart_by_a_line_each(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert all(command.HELP.partition("'")[0] in script for command in COMMANDS.values())
    assert "as it comes back from there" not in script


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
