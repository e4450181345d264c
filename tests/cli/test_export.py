"""Documents of a channel, as real processes write them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.commands import Commands


def test_each_format_to_standard_output_and_to_a_new_file(ably_tui: Commands, tmp_path: Path) -> None:
    published = ably_tui.run(
        "publish", "--markdown", "--name", "b", "--channel", "e1", "--json", stdin="# Title\n"
    )
    response = json.loads(published.stdout)["responseId"]
    ably_tui.run(
        "publish",
        "--name",
        "c",
        "--channel",
        "e1",
        "--in-reply-to",
        response,
        "--exit-status",
        "2",
        stdin="x",
    )
    words = ("export", "--channel", "e1")
    markdown = ably_tui.run(*words).stdout
    assert markdown.startswith("---\nresponses:\n  - id: ")
    assert "\n# Title\n" in markdown
    assert "*FAILED: exit status 2*" in markdown
    assert ably_tui.run(*words, "--format", "svg", "--response", response).stdout.startswith("<svg ")
    (one,) = json.loads(ably_tui.run(*words, "--format", "json", "--response", response).stdout)["responses"]
    assert one["id"] == response
    failed = json.loads(ably_tui.run(*words, "--format", "json").stdout)["responses"][1]["id"]
    thread = json.loads(ably_tui.run(*words, "--format", "json", "--thread", failed).stdout)["responses"]
    assert [each["id"] for each in thread] == [response, failed]
    whole = json.loads(ably_tui.run(*words, "--format", "json", "--thread", response).stdout)["responses"]
    assert whole == thread, "from its beginning on too"
    file = tmp_path / "out.md"
    assert ably_tui.run(*words, "-o", str(file)).stdout == ""
    assert file.read_text() == markdown
    assert ably_tui.run(*words, "-o", str(file)).returncode == 1
    for name, begins in (("out.svg", "<svg "), ("out.json", "{"), ("out.txt", "---")):
        ably_tui.run(*words, "-o", str(tmp_path / name))
        assert (tmp_path / name).read_text().startswith(begins), "the form that its name asks for"


def test_the_forms_of_other_commands_are_known_here(ably_tui: Commands) -> None:
    ably_tui.run("publish", "--name", "b", "--channel", "e3", stdin="x\n")
    words = ("export", "--channel", "e3")
    assert ably_tui.run(*words, "--json").stdout == ably_tui.run(*words, "--format", "json").stdout
    assert ably_tui.run(*words, "--plain").stdout == ably_tui.run(*words).stdout


def test_its_json_is_one_document_and_said_to_be(ably_tui: Commands) -> None:
    said = " ".join(ably_tui.run("export", "--help").stdout.split())
    assert "--json one JSON document" in said
    done = ably_tui.run("export", "--channel", "e4", "--json")
    assert len(done.stdout.splitlines()) > 1
    assert json.loads(done.stdout)["responses"] == []


def test_what_is_not_there(ably_tui: Commands) -> None:
    done = ably_tui.run("export", "--channel", "e2", "--response", "nothing")
    assert (done.returncode, done.stdout) == (1, "")
    assert "there is no response nothing here; --since all looks further back" in done.stderr
    assert ably_tui.run("export", "--channel", "e2").stdout == "---\nresponses: []\n---\n"
    assert ably_tui.run("export", "--channel", "e2", "--since", "none").returncode == 2
    assert ably_tui.run("export", "--channel", "e2", "--width", "7").returncode == 2
