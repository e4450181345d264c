"""`python3 -m tui` in a checkout of its own: a package as small as can be, built without any index."""

from __future__ import annotations

import ast
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.options import with_workers
from tests.waiting import wait_until
from tui import bootstrap

_ROOT = Path(__file__).resolve().parents[1]
_OLD_PYTHON_READS = (
    "tui/__init__.py",
    "tui/__main__.py",
    "tui/bootstrap.py",
    "tui/entry.py",
    "tui/steps.py",
    "tests/__init__.py",
    "tests/__main__.py",
)

# A build backend of its own (PEP 517, 660), so that pip needs no index: a wheel with nothing but a path.
_BACKEND = """
import os, pathlib, time, zipfile

def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    if os.environ.get("BUILD_WAITS"):
        pathlib.Path("building").touch()
        time.sleep(60)
    name = "ably_tui-1-py3-none-any.whl"
    info = "ably_tui-1.dist-info"
    with zipfile.ZipFile(pathlib.Path(wheel_directory, name), "w") as wheel:
        wheel.writestr("ably_tui.pth", str(pathlib.Path.cwd()))
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: ably-tui\\nVersion: 1\\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/RECORD", "")
    return name
"""
_PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "ably-tui"
version = "1"
"""
_MAIN = """
import sys
def main():
    print("arguments", sys.argv[1:], "of", sys.prefix)
    return 7
"""


def _environment(**more: str) -> dict[str, str]:
    """The environment without what would lead pip elsewhere."""
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "VIRTUAL_ENV", "COV_", "PYTHON"))
    }
    return {**kept, "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", **more}


def _python() -> str:
    """The Python that this one's virtual environment was made from, where nothing of ours is installed."""
    base = getattr(sys, "_base_executable", sys.executable)
    assert isinstance(base, str)
    return base


@pytest.fixture(name="checkout")
def _checkout(tmp_path: Path) -> Path:
    root = tmp_path / "check out"
    (root / "tui" / "cli").mkdir(parents=True)
    for name in ("__init__.py", "__main__.py", "bootstrap.py", "entry.py", "steps.py"):
        shutil.copy(_ROOT / "tui" / name, root / "tui")
    (root / "tui" / "cli" / "__init__.py").touch()
    (root / "tui" / "cli" / "main.py").write_text(_MAIN, encoding="utf-8")
    (root / "backend.py").write_text(_BACKEND, encoding="utf-8")
    (root / "pyproject.toml").write_text(_PROJECT, encoding="utf-8")
    return root


def _start(
    checkout: Path, *arguments: str, python: str | None = None, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [python or _python(), "-m", "tui", *arguments],
        cwd=checkout,
        env=environment or _environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _run(
    checkout: Path, *arguments: str, python: str | None = None, environment: Mapping[str, str] | None = None
) -> tuple[int, str, str]:
    with _start(checkout, *arguments, python=python, environment=environment) as process:
        out, err = process.communicate(timeout=100)
    return process.returncode, out, err


def test_sets_up_once_and_passes_arguments_and_exit_code_on(checkout: Path) -> None:
    venv = checkout / ".venv"
    said = f"arguments ['a b', '--x'] of {venv}\n"
    code, out, err = _run(checkout, "a b", "--x")
    assert (code, out) == (7, said), err
    assert err.startswith("Setting up ably-tui")
    assert (venv / ".gitignore").read_text() == "*\n"

    assert _run(checkout, "a b", "--x") == (7, said, "")  # silent: neither venv nor pip ran
    assert _run(checkout, "a b", "--x", python=str(venv / "bin" / "python")) == (7, said, "")

    with (checkout / "pyproject.toml").open("a") as project:
        project.write('description = "changed"\n')
    code, out, err = _run(checkout, "a b", "--x")
    assert (code, out) == (7, said)
    assert "packages: done" in err
    assert "virtual environment" not in err

    (venv / "bin" / "python").unlink()
    code, out, err = _run(checkout, "a b", "--x")
    assert (code, out) == (7, said)
    assert "making it again" in err


def test_a_checkout_that_was_moved_is_set_up_anew(checkout: Path) -> None:
    assert _run(checkout)[0] == 7
    moved = checkout.rename(checkout.with_name("elsewhere"))
    # By the very Python that has to go.
    code, out, err = _run(moved, python=str(moved / ".venv" / "bin" / "python"))
    assert (code, out) == (7, f"arguments [] of {moved / '.venv'}\n"), err
    assert _run(moved)[2] == ""


def test_a_checkout_that_cannot_be_written_is_explained(checkout: Path) -> None:
    (checkout / ".venv").write_text("in the way")
    code, _, err = _run(checkout)
    assert code == 1
    assert "cannot be set up in" in err
    assert "Traceback" not in err


def test_two_at_once_follow_each_other(checkout: Path) -> None:
    with _start(checkout) as first, _start(checkout) as second:
        ends = [process.communicate(timeout=100) for process in (first, second)]
    assert [first.returncode, second.returncode] == [7, 7], ends
    errors = "".join(err for _, err in ends)
    assert errors.count("virtual environment: done") == 1
    assert errors.count("packages: done") == 1


def test_interrupted_while_installing(checkout: Path) -> None:
    with _start(checkout, environment=_environment(BUILD_WAITS="1")) as process:
        wait_until((checkout / "building").exists, timeout=60)
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Interrupted" in err
    assert "Traceback" not in err
    # What is half made does not stand in the way.
    code, _, err = _run(checkout)
    assert code == 7, err


def test_no_network_is_explained(checkout: Path, unused_tcp_port: int) -> None:
    project = checkout / "pyproject.toml"
    project.write_text(_PROJECT.replace("requires = []", 'requires = ["hatchling"]'), encoding="utf-8")
    environment = _environment(PIP_INDEX_URL=f"http://127.0.0.1:{unused_tcp_port}/simple", PIP_RETRIES="0")
    del environment["PIP_NO_INDEX"]
    code, _, err = _run(checkout, environment=environment)
    assert code == 1
    assert "cannot be reached" in err
    assert "Traceback" not in err


def test_any_other_failure_shows_what_pip_said(checkout: Path) -> None:
    (checkout / "backend.py").write_text("raise RuntimeError('the backend is at fault')", encoding="utf-8")
    code, _, err = _run(checkout)
    assert code == 1
    assert "the backend is at fault" in err
    assert "packages failed" in err


def test_missing_ensurepip_is_explained(checkout: Path, tmp_path: Path) -> None:
    # As on Debian without python3-venv; and no virtualenv to take its place.
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(
        "import sys; sys.modules['ensurepip'] = sys.modules['virtualenv'] = None", encoding="utf-8"
    )
    code, _, err = _run(checkout, environment=_environment(PYTHONPATH=str(site), PATH=str(tmp_path)))
    assert code == 1
    assert f"sudo apt install python3.{sys.version_info[1]}-venv" in err
    assert not (checkout / ".venv").exists()


def test_neither_checkout_nor_installed(checkout: Path) -> None:
    (checkout / "pyproject.toml").unlink()
    code, _, err = _run(checkout)
    assert code == 1
    assert "-m pip install ably-tui" in err


def test_an_older_python_is_told() -> None:
    older = {minor: shutil.which(f"python3.{minor}") for minor in range(6, 11)}
    works = {
        minor: python
        for minor, python in older.items()
        if python and not subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode
    }
    if not works:
        pytest.skip("no older Python here")
    for minor, python in works.items():
        for module in ("tui", "tests"):
            command = [python, "-m", module]
            done = subprocess.run(
                command, cwd=_ROOT, env=_environment(), capture_output=True, text=True, check=False
            )
            assert done.returncode == 1
            assert f"this is Python 3.{minor}." in done.stderr
            assert f"-m {module}" in done.stderr


@pytest.mark.parametrize("path", _OLD_PYTHON_READS)
def test_an_older_python_can_read_what_tells_it(path: str) -> None:
    ast.parse((_ROOT / path).read_text(encoding="utf-8"), feature_version=(3, 6))


@pytest.mark.parametrize(
    ("newer", "ending"),
    [
        ("python3.12", "Try:  python3.12 -m tui"),
        (None, "then:  python3.11 -m tui"),
    ],
)
def test_what_an_older_python_is_told(newer: str | None, ending: str) -> None:
    text = bootstrap.too_old((3, 9, 18), "tui", newer)
    assert "needs Python 3.11 or newer; this is Python 3.9.18." in text
    assert text.endswith(ending)


def test_requirements_of_extras_and_platforms() -> None:
    requirements = [
        "ably<4,>=3.1.4",
        "httpx[http2]>=0.25",
        "pywin32>=1; sys_platform == 'win32'",
        "pytest>=8.3; extra == 'dev'",
        'other>=1 ; extra == "more"',
    ]
    assert bootstrap.wanted(requirements, ()) == ["ably", "httpx"]
    assert bootstrap.wanted(requirements, ("dev",)) == ["ably", "httpx", "pytest"]


@pytest.mark.parametrize(
    ("arguments", "shared"),
    [
        ([], True),
        (["-q", "--cov=tui"], True),
        (["tests/wire"], False),
        (["-k", "one"], False),
        (["-n0"], False),
        (["--pdb"], False),
        (["-s"], False),
    ],
)
def test_the_whole_suite_is_shared_among_processes(arguments: list[str], shared: bool) -> None:
    given = with_workers(arguments)
    assert given[len(given) - len(arguments) :] == arguments
    assert ("-n" in given) == shared
