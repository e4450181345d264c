"""The server as a process: what it says, how it ends, and what it refuses to start with."""

from __future__ import annotations

import json
import signal
import socket
import ssl
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
import trustme

from tests.local.server import ROOT, end_server, running_server, start_server
from tui.local import discover


def serve(directory: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tui.local", "--directory", str(directory), *flags],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_one_line_when_it_is_ready_and_a_clean_end(tmp_path: Path) -> None:
    process, server = start_server(tmp_path)
    assert end_server(process, signal.SIGTERM) == 0
    said = (tmp_path / "server.log").read_text()
    assert said.splitlines() == [f"ably-tui: channel server and demo model on 127.0.0.1:{server.port}"]
    assert server.key_secret not in said


def test_who_interrupts_it_is_told_so_by_the_exit_code(tmp_path: Path) -> None:
    process, _ = start_server(tmp_path)
    assert end_server(process, signal.SIGINT) == 130
    assert len((tmp_path / "server.log").read_text().splitlines()) == 1


def test_a_program_is_told_where_it_listens_and_not_the_key(tmp_path: Path) -> None:
    process, server = start_server(tmp_path, json=True)
    assert end_server(process, signal.SIGTERM) == 0
    said = (tmp_path / "server.log").read_text()
    state = str(tmp_path / "server.json")
    assert json.loads(said) == {"host": server.host, "port": server.port, "tls": False, "stateFile": state}
    assert json.loads(serve(tmp_path, "--stop", "--json").stdout) == {"stopped": False}


def test_it_binds_loopback_alone_unless_told_otherwise(tmp_path: Path) -> None:
    refused = serve(tmp_path, "--host", "0.0.0.0")
    assert refused.returncode == 2
    assert "--tls-cert" in refused.stderr
    with running_server(tmp_path, host="0.0.0.0", insecure=True) as server:
        assert server.host == "127.0.0.1", "what a terminal on this machine connects to"


def test_tls_for_other_machines_and_none_for_this_users_programs(tmp_path: Path) -> None:
    authority, certificate = trustme.CA(), tmp_path / "certificate.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(certificate))
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with running_server(
        tmp_path / "server", host="0.0.0.0", port=port, tls_cert=certificate, tls_key=certificate
    ) as server:
        assert (server.host, server.port != port) == ("127.0.0.1", True)
        with urllib.request.urlopen(f"https://127.0.0.1:{port}/time", context=context) as response:
            assert response.status == 200
        with pytest.raises(ConnectionError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/time", timeout=10)


def test_a_port_that_is_taken_is_an_error_when_it_was_asked_for(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        refused = serve(tmp_path, "--port", str(port))
    assert refused.returncode == 1
    assert str(port) in refused.stderr


def test_a_second_server_on_the_same_store_is_refused(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        refused = serve(tmp_path)
        assert refused.returncode == 1
        assert "in use" in refused.stderr
        assert json.loads((tmp_path / "server.json").read_text())["pid"] == server.pid


def test_a_server_with_a_store_of_its_own_leaves_the_others_state_file_alone(tmp_path: Path) -> None:
    """As `serve --port P --keys F --store F` in a home whose background server runs."""
    home, own, keys = tmp_path / "home", tmp_path / "own.db", tmp_path / "keys.json"
    keys.write_text(json.dumps([{"key": "app.one:secret-of-one"}]))
    with running_server(home) as first:
        before = (home / "server.json").read_text()
        words = [sys.executable, "-m", "tui.local", "--directory", str(home), "--store", str(own), "--json"]
        with subprocess.Popen([*words, "--keys", str(keys)], cwd=ROOT, stdout=subprocess.PIPE) as second:
            assert second.stdout is not None
            told = json.loads(second.stdout.readline())
            try:
                assert (home / "server.json").read_text() == before
                assert discover.find(home) == first
                found = json.loads(Path(told["stateFile"]).read_text())
                assert Path(told["stateFile"]).parent == own.parent
                assert (found["pid"], found["port"]) == (second.pid, told["port"])
                assert found["key"] != first.key
            finally:
                second.terminate()
                assert second.wait(20) == 0
    with running_server(home, store=own) as server:
        assert json.loads((home / "server.json").read_text())["pid"] == server.pid, "none runs any more"


@pytest.mark.parametrize(
    "text", ["{", "[{}]", '[{"key":"nothing"}]', '[{"key":"a.b:s3cret","capability":{"a":["fly"]}}]']
)
def test_keys_that_make_no_sense(tmp_path: Path, text: str) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text(text)
    refused = serve(tmp_path, "--keys", str(keys))
    assert refused.returncode == 1
    assert "keys.json" in refused.stderr
    assert "s3cret" not in refused.stderr


def test_files_that_are_not_there(tmp_path: Path) -> None:
    for flag in ("--keys", "--tls-cert"):
        refused = serve(tmp_path, flag, str(tmp_path / "nowhere"))
        assert refused.returncode == 1
        assert "nowhere" in refused.stderr
        assert "Traceback" not in refused.stderr


def test_a_key_without_its_certificate_is_no_tls_in_silence(tmp_path: Path) -> None:
    refused = serve(tmp_path, "--tls-key", "key.pem")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "ably-tui serve: --tls-key is of no use without --tls-cert: give both\n"


def test_a_damaged_store_is_an_error_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "channels.db").write_bytes(b"no database" * 1_000)
    refused = serve(tmp_path)
    assert refused.returncode == 1
    assert len(refused.stderr.splitlines()) == 1
    assert (tmp_path / "channels.db").read_bytes() == b"no database" * 1_000
