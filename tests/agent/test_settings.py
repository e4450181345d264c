from __future__ import annotations

from pathlib import Path

import anthropic
import pytest
from anthropic.resources.messages.messages import DEPRECATED_MODELS

from tui.agent import DEFAULT_MODEL, AgentSettings, has_credentials


@pytest.fixture
def nowhere(tmp_path: Path) -> dict[str, str]:
    """An environment with a home that holds no profile."""
    return {"HOME": str(tmp_path)}


def test_the_default_model_is_one_of_the_sdk_s_and_lives() -> None:
    assert DEFAULT_MODEL in str(anthropic.types.Model)
    assert DEFAULT_MODEL not in DEPRECATED_MODELS


@pytest.mark.parametrize(
    ("given", "base_url", "api_key", "auth_token"),
    [
        ({}, None, None, None),
        ({"API_KEY": "k"}, None, "k", None),
        ({"AUTH_TOKEN": "t"}, None, None, "t"),
        ({"API_KEY": "k", "AUTH_TOKEN": "t"}, None, "k", None),
        ({"API_KEY": "", "AUTH_TOKEN": "t"}, None, None, "t"),
        ({"BASE_URL": "http://localhost:11434"}, "http://localhost:11434", "no-key", None),
        ({"BASE_URL": "http://localhost:4000", "API_KEY": "k"}, "http://localhost:4000", "k", None),
        ({"BASE_URL": "http://localhost:4000", "AUTH_TOKEN": "t"}, "http://localhost:4000", None, "t"),
        ({"BASE_URL": "https://gateway.example", "PROFILE": "work"}, "https://gateway.example", None, None),
        ({"BASE_URL": ""}, None, None, None),
    ],
)
def test_environment(
    nowhere: dict[str, str],
    given: dict[str, str],
    base_url: str | None,
    api_key: str | None,
    auth_token: str | None,
) -> None:
    environ = nowhere | {f"ANTHROPIC_{name}": value for name, value in given.items()}
    settings = AgentSettings.from_environment(environ, model="m", max_tokens=5, system="s")
    assert settings == AgentSettings("m", 5, "s", base_url, api_key, auth_token)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, False),
        ({"API_KEY": "k"}, True),
        ({"AUTH_TOKEN": "t"}, True),
        ({"PROFILE": "p"}, True),
        ({"FEDERATION_RULE_ID": "r", "ORGANIZATION_ID": "o"}, False),
        ({"FEDERATION_RULE_ID": "r", "ORGANIZATION_ID": "o", "IDENTITY_TOKEN": "i"}, True),
        ({"BASE_URL": "http://localhost:1234"}, False),
    ],
)
def test_credentials(nowhere: dict[str, str], given: dict[str, str], found: bool) -> None:
    environ = nowhere | {f"ANTHROPIC_{name}": value for name, value in given.items()}
    assert has_credentials(environ) is found


@pytest.mark.parametrize("path", ["active_config", "configs/default.json"])
def test_a_profile_on_disk_is_a_credential(tmp_path: Path, path: str) -> None:
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_text("x")
    assert has_credentials({"ANTHROPIC_CONFIG_DIR": str(tmp_path)})


def test_a_folder_that_cannot_be_read_holds_no_credentials() -> None:
    assert not has_credentials({"ANTHROPIC_CONFIG_DIR": "x" * 5_000})


def test_secrets_are_not_in_the_repr() -> None:
    settings = AgentSettings(api_key="open", auth_token="sesame", headers={"Authorization": "Bearer door"})
    assert not any(secret in repr(settings) for secret in ("open", "sesame", "door"))
    assert settings.secrets == ("open", "sesame", "Bearer door")
    assert (
        AgentSettings.from_environment({"ANTHROPIC_BASE_URL": "http://x", "HOME": "/nonexistent"}).secrets
        == ()
    )
