"""What is loaded when: seen in a fresh process, since an import anywhere below counts as much as one here.

The direction of imports within our own packages is import-linter's business (pyproject.toml).
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

_HEAVY = frozenset({"textual", "ably", "anthropic", "aiohttp"})

_IMPORT_ALL = """
import importlib, json, pkgutil, sys
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    importlib.import_module(module.name)
print(json.dumps(sorted(sys.modules)))
"""
_RUN = """
import contextlib, io, json, sys
from tui.cli.main import main
said = io.StringIO()
try:
    with contextlib.redirect_stdout(said):
        code = main(sys.argv[1:])
except SystemExit as error:
    code = error.code
assert not code, (code, said.getvalue())
print(json.dumps(sorted(sys.modules)))
"""


def _loaded(script: str, *arguments: str) -> set[str]:
    """Top-level packages that are loaded once the script has run."""
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0] for name in json.loads(done.stdout)}


@pytest.mark.parametrize(
    ("package", "absent"),
    [
        ("tui.wire", _HEAVY | {"rich", "pygments", "markdown_it", "asyncio"}),
        ("tui.state", _HEAVY | {"rich", "pygments", "markdown_it", "asyncio"}),
        ("tui.render", _HEAVY),
        ("tui.ui", _HEAVY - {"textual"}),
        ("tui.agent", {"textual", "ably"}),  # anthropic itself loads aiohttp where it finds it
        ("tui.link", _HEAVY - {"ably", "aiohttp"}),
        ("tui.local", _HEAVY - {"aiohttp"}),
    ],
)
def test_every_module_of_a_package_loads_only_what_it_may(package: str, absent: set[str]) -> None:
    assert not absent & _loaded(_IMPORT_ALL, package)


@pytest.mark.parametrize("package", ["tui.link", "tui.agent", "tui.local", "tui.cli"])
def test_the_packages_themselves_are_light(package: str) -> None:
    assert not _HEAVY & _loaded(f"import json, sys, {package}; print(json.dumps(sorted(sys.modules)))")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help_pays_for_nothing(arguments: list[str]) -> None:
    assert not _HEAVY & _loaded(_RUN, *arguments)


def test_the_first_paint_needs_no_markdown() -> None:
    code = "import json, sys, tui.ui.app, tui.cli.session; print(json.dumps(sorted(sys.modules)))"
    assert not {"markdown_it", "pygments", "ably", "anthropic", "aiohttp"} & _loaded(code)
