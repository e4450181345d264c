from __future__ import annotations

import pytest

from tui.local.model.names import LISTED, DemoModel, Fate, parse


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("demo", DemoModel("demo")),
        ("demo-fast", DemoModel("demo-fast", rate=95.0)),
        ("demo-200tps", DemoModel("demo-200tps", rate=200.0)),
        ("demo-approval-cites", DemoModel("demo-approval-cites", asks=True, cites=True)),
        ("demo-429", DemoModel("demo-429", status="429")),
        ("demo-cut-seed7", DemoModel("demo-cut-seed7", seed=7, fate=Fate.CUT)),
        (
            "demo-tools-thinking-2tps",
            DemoModel("demo-tools-thinking-2tps", rate=2.0, thinks=True, uses_tools=True),
        ),
    ],
)
def test_names(name: str, model: DemoModel) -> None:
    assert parse(name) == model


@pytest.mark.parametrize(
    "name",
    [
        "",
        "demo-",
        "demo-0tps",
        "demo-9999999tps",
        "demo-whole",
        "Demo",
        "claude-sonnet-5-5",
        "demo-418",
        "demo" + "-fast" * 9,
    ],
)
def test_no_demo_model(name: str) -> None:
    assert parse(name) is None


def test_every_listed_model_exists() -> None:
    assert all(parse(name) is not None for name in LISTED)
