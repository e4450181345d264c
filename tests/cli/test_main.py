from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tui.cli.main import COMMANDS, main, parser
from tui.settings import TABLE

HEAVY = {"textual", "ably", "anthropic"}
_LOADED = """
import json, sys
from tui.cli.main import COMMANDS, parser
for name, command in COMMANDS.items():
    parser([name]).format_help()
print(json.dumps(sorted(sys.modules)))
"""


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for settings and state, and no keys."""
    for name in [name for name in os.environ if name.startswith(("ABLY_", "ANTHROPIC_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ABLY_TUI_HOME", str(tmp_path))
    return tmp_path


def said_of(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    """What `config --json` says, with these words before and after it."""
    assert main([*words]) == 0
    lines = map(json.loads, capsys.readouterr().out.splitlines())
    return {line["setting"]: line["value"] for line in lines}


def test_help_lists_every_command_with_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    assert left.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    for name, command in COMMANDS.items():
        assert f"{name} {' '.join(command.HELP.split())}" in text


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_of_its_own(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([name, "--help"])
    assert left.value.code == 0
    assert f"ably-tui {name}" in capsys.readouterr().out


def test_nothing_heavy_is_imported_for_help() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LOADED], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout)}
    assert not HEAVY & loaded


def test_a_shared_flag_may_stand_before_the_command_or_after_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert said_of(capsys, "--channel", "a", "config", "--json")["channel"] == "a"
    assert said_of(capsys, "config", "--channel", "a", "--json")["channel"] == "a"
    assert said_of(capsys, "--channel", "a", "config", "--json", "--channel", "b")["channel"] == "b"


def test_what_no_flag_says_is_not_in_the_arguments() -> None:
    arguments = vars(parser().parse_args(["doctor"]))
    assert not TABLE.keys() & arguments.keys()


@pytest.mark.parametrize("flag", ["--client-id=ana", "--no-tls", "--local", "--cloud"])
def test_a_flag_before_a_command_that_does_not_take_it_is_refused(
    flag: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main([flag, "serve", "--stop"])
    assert left.value.code == 2
    assert f"{flag.partition('=')[0]} means nothing to serve" in capsys.readouterr().err


def test_a_wrong_setting_is_wrong_usage(own_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (own_folder / "config.toml").write_text('chanel = "x"')
    assert main(["config"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"ably-tui: {own_folder}/config.toml:1: unknown setting chanel; did you mean channel?\n"


@pytest.mark.parametrize(
    "words", [["--nonsense"], ["nonsense"], ["--local", "--cloud"], ["config", "--pattern", "x"]]
)
def test_a_wrong_command_line_is_wrong_usage(words: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2


@pytest.mark.parametrize(
    ("words", "command", "said"),
    [
        (["demo", "foo"], "demo", "WHAT: 'foo' is none of streams, patterns"),
        (["completion", "tcsh"], "completion", "SHELL: 'tcsh' is none of bash, zsh, fish"),
        (["publish", "--name", "a\udcff"], "publish", "--name: 'a\\udcff' is no valid UTF-8"),
        (
            ["publish", "--name", "a", "--in-reply-to=\udcff"],
            "publish",
            "--in-reply-to: '\\udcff' is no valid UTF-8",
        ),
        (["--channel", "\udcff", "tail"], "tail", "--channel: '\\udcff' is no valid UTF-8"),
        (["agent", "Why\udcff?"], "agent", "PROMPT: 'Why\\udcff?' is no valid UTF-8"),
        (["record", "\udcff"], "record", "FILE: '\\udcff' is no valid UTF-8"),
        (["serve", "--keys", "\udcff"], "serve", "--keys: '\\udcff' is no valid UTF-8"),
        (["tail", "--publish-to", "x"], "tail", "there is no --publish-to of tail; replay takes it"),
        (["doctor", "--zzz"], "doctor", "there is no --zzz of doctor"),
        (["tail", "word"], "tail", "'word' is more than tail takes"),
        (["--channel", "a", "serve"], "serve", "--channel means nothing to serve"),
        (["publish"], "publish", "--name is missing"),
        (["export", "--format", "x"], "export", "--format: 'x' is none of md, json, svg"),
        (["serve", "--port", "x"], "serve", "--port: 'x' is no port; say a number up to 65535"),
        (["serve", "--max-bytes", "x"], "serve", "--max-bytes: 'x' is no whole number"),
        (["serve", "--port", "70000"], "serve", "--port: '70000' is no port; say a number up to 65535"),
        (["serve", "--idle-exit", "x"], "serve", "--idle-exit: 'x' is no number"),
        (["tail", "--channel"], "tail", "--channel needs a value"),
        (["tail", "--local", "--cloud"], "tail", "--cloud cannot go with --local"),
        (["tail", "--json=1"], "tail", "--json takes no value, and '1' is one"),
    ],
)
def test_what_a_command_does_not_take_is_told_in_one_line(
    words: list[str], command: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2
    assert capsys.readouterr().err == f"ably-tui {command}: {said}; see ably-tui {command} --help\n"


def test_a_question_ends_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    for words, said in (
        (
            ["tail", "--jsno"],
            " tail: there is no --jsno of tail; did you mean --json? See ably-tui tail --help\n",
        ),
        (["agnet"], ": there is no command 'agnet'; did you mean agent? See ably-tui --help\n"),
    ):
        with pytest.raises(SystemExit) as left:
            main(words)
        assert left.value.code == 2
        assert capsys.readouterr().err == f"ably-tui{said}"


@pytest.mark.parametrize("name", ["", " ", "a\x1b[31mb", "a\nb"])
def test_the_name_of_a_stream_can_be_shown(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["publish", "--name", name]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("ably-tui: --name: ")


def test_tools_see_a_folder_that_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["agent", "--tools-root", "/nowhere/at/all", "x"]) == 2
    assert capsys.readouterr() == ("", "ably-tui: --tools-root: '/nowhere/at/all' is no folder\n")


def test_a_flag_of_a_command_in_front_of_it_is_told_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--json", "tail"])
    assert "--json belongs behind the command: ably-tui tail --json" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["--chanel", "x"])
    assert "there is no --chanel; did you mean --channel?" in capsys.readouterr().err


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "completion"])
def test_every_command_that_says_something_has_both_forms(name: str) -> None:
    needed = {"publish": ["--name", "x"], "record": ["f"], "replay": ["f"]}.get(name, [])
    for flag in ("json", "plain"):
        arguments = parser().parse_args([name, f"--{flag}", *needed])
        assert getattr(arguments, flag) is True


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("ably-tui ")


def test_a_reader_that_has_had_enough_is_no_failure(tmp_path: Path) -> None:
    command = "from tui.cli.main import main; import sys; sys.exit(main(['config']))"
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-c", command],
            stdout=writing,
            stderr=subprocess.PIPE,
            env={**os.environ, "ABLY_TUI_HOME": str(tmp_path)},
            check=False,
            timeout=60,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_serve_stops_what_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--stop"]) == 0
    assert capsys.readouterr().out == "there is no server to stop\n"


def test_a_misspelt_command_is_told_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["agnet", "hi"])
    assert left.value.code == 2
    assert "there is no command 'agnet'; did you mean agent?" in capsys.readouterr().err


def test_a_flag_of_many_commands_is_shown_with_one_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--json"])
    (line,) = capsys.readouterr().err.splitlines()
    assert (
        line
        == "ably-tui: there is no --json; commands take it, as ably-tui doctor --json; see ably-tui --help"
    )


_MAIN = "import sys; from tui.cli.main import main; sys.exit(main(sys.argv[1:]))"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("words", ["config", "completion bash", "--version", "--help", "serve --stop"])
def test_a_full_disk_is_told_in_a_line(words: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", _MAIN, *words.split()],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    assert (done.returncode, done.stderr) == (
        1,
        "ably-tui: standard output cannot be written: No space left on device\n",
    )


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_stream_that_is_closed_is_no_trouble(closed: str) -> None:
    command = [sys.executable, "-c", _MAIN, "config"]
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {closed}', "sh", *command], capture_output=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, b"")
