from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tui.agent import ModelInfo
from tui.cli.model import demo_model, model_names, real_model
from tui.local.statefile import LocalServer
from tui.settings import resolve
from tui.ui.ports import ModelName

SERVER = LocalServer("127.0.0.1", 1234, "app.key:secret", 1)


@pytest.mark.parametrize(
    ("environ", "flags", "model"),
    [
        ({}, {}, None),
        ({}, {"model": "demo-fast"}, None),
        ({"ANTHROPIC_API_KEY": "k"}, {"model": "demo"}, None),
        ({"ANTHROPIC_API_KEY": "k"}, {}, "claude-sonnet-5-5"),
        ({"ANTHROPIC_BASE_URL": "http://localhost:1"}, {}, "claude-sonnet-5-5"),
        ({}, {"model": "llama"}, "llama"),
        ({"ANTHROPIC_MODEL": "m", "ANTHROPIC_API_KEY": "k"}, {}, "m"),
    ],
)
def test_which_model_answers(
    environ: dict[str, str], flags: dict[str, object], model: str | None, tmp_path: Path
) -> None:
    environ = {"USER": "ana", "HOME": str(tmp_path), **environ}
    found = real_model(resolve(flags, environ, {}), environ)
    assert (found and found.model) == model


def test_what_was_set_reaches_the_model(tmp_path: Path) -> None:
    environ = {"USER": "ana", "HOME": str(tmp_path), "ANTHROPIC_API_KEY": "k"}
    found = real_model(resolve({"max_tokens": "7", "system": "be brief"}, environ, {}), environ)
    assert found is not None
    assert (found.max_tokens, found.system, found.api_key) == (7, "be brief", "k")


@pytest.mark.parametrize(("model", "demo"), [(None, "demo"), ("demo-cut", "demo-cut"), ("llama", "demo")])
def test_the_demo_has_the_name_that_was_asked_for(model: str | None, demo: str) -> None:
    found = demo_model(resolve({"model": model}, {"USER": "ana"}, {}), SERVER)
    assert (found.model, found.base_url, found.api_key) == (demo, "http://127.0.0.1:1234", "secret")


def test_models_that_end_say_when_and_those_that_have_ended_come_last() -> None:
    days = {"old": date(2026, 6, 30), "today": date(2026, 11, 23), "new": None}
    models = [ModelInfo(name, name, day) for name, day in days.items()]
    assert model_names(models, date(2026, 11, 23)) == (
        ModelName("today", "ends 23 Nov 2026", ends=True),
        ModelName("new"),
        ModelName("old", "ended 30 Jun 2026", ends=True),
    )
