"""How to reach a model. Loads nothing heavy, so that the command line can ask it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

DEFAULT_MODEL = "claude-sonnet-5-5"
"""In the SDK's list of models and not among its deprecated ones (anthropic 2.12.0)."""
DEFAULT_MAX_TOKENS = 8_192
EFFORTS = ("low", "medium", "high", "xhigh", "max")
"""How much a model may think: Anthropic's `output_config.effort` (anthropic 2.12.0)."""
NO_THINKING = "off"
"""In place of an effort: no thinking, also where the model would by itself."""
_NO_KEY = "no-key"
"""What is sent to a server that needs no key (Ollama, LM Studio, llama.cpp, vLLM); the SDK insists on one."""
_REVIVAL = 15.0
"""Seconds for which the local server may be away: this program starts it again when it has died."""
_FEDERATION = ("ANTHROPIC_FEDERATION_RULE_ID", "ANTHROPIC_ORGANIZATION_ID")
_IDENTITY = ("ANTHROPIC_IDENTITY_TOKEN", "ANTHROPIC_IDENTITY_TOKEN_FILE")


def _check_effort(thinking: str | None) -> None:
    if thinking is not None and thinking not in (*EFFORTS, NO_THINKING):
        raise ValueError(f"{thinking!r} is no effort; there are {', '.join((*EFFORTS, NO_THINKING))}")


@dataclass(frozen=True, slots=True)
class AgentSettings:
    """Which model answers, and how.

    Where neither `api_key` nor `auth_token` is given, the SDK looks for credentials itself (environment,
    profiles, workload identity); `ANTHROPIC_CUSTOM_HEADERS` is read by the SDK in any case.
    """

    model: str = DEFAULT_MODEL
    max_tokens: int = DEFAULT_MAX_TOKENS
    system: str | None = None
    base_url: str | None = None
    """Without `/v1`; None means the SDK's own choice."""
    api_key: str | None = field(default=None, repr=False)
    """Wins over `auth_token`, as in the SDK."""
    auth_token: str | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Sent with each request; they win over `ANTHROPIC_CUSTOM_HEADERS`."""
    timeout: float = 600.0
    """Seconds that a model may stay silent, before its answer and within it."""
    max_retries: int = 2
    """How often a request is repeated that failed before its answer began."""
    patience: float = 0.0
    """Seconds for which a server is asked again that cannot be reached before an answer began: more than 0
    for one that this program starts again by itself.
    """
    thinking: str | None = None
    """How much the model may think before it answers: one of `EFFORTS`, or `off`; None leaves it to the
    model's default.
    """
    window: int | None = None
    """Tokens that a request may have, its answer included; None means what the server says of the model, else
    200,000. Older turns of a longer thread are left out.
    """

    def __post_init__(self) -> None:
        """Raise ValueError for an effort that is none."""
        _check_effort(self.thinking)

    @classmethod
    def from_environment(
        cls,
        environ: Mapping[str, str],
        *,
        model: str = DEFAULT_MODEL,
        max_tokens: int = DEFAULT_MAX_TOKENS,
        system: str | None = None,
    ) -> AgentSettings:
        """Return settings with ANTHROPIC_API_KEY, _AUTH_TOKEN and _BASE_URL as the SDK understands them.

        A base URL without any credentials is a server that needs none: it gets a dummy key.
        """
        base_url = environ.get("ANTHROPIC_BASE_URL") or None
        api_key = environ.get("ANTHROPIC_API_KEY") or None
        auth_token = None if api_key else environ.get("ANTHROPIC_AUTH_TOKEN") or None
        if base_url is not None and not has_credentials(environ):
            api_key = _NO_KEY
        return cls(model, max_tokens, system, base_url, api_key, auth_token)

    @classmethod
    def demo(
        cls, base_url: str, key: str, *, model: str = "demo", max_tokens: int = DEFAULT_MAX_TOKENS
    ) -> AgentSettings:
        """Return settings for the demo model; `base_url` is `http://HOST:PORT` of the local server.

        The key is also a header, since a header in ANTHROPIC_CUSTOM_HEADERS that is meant for another server
        would win over it.
        """
        headers = {"Authorization": f"Bearer {key}", "x-api-key": key}
        return cls(model, max_tokens, base_url=base_url, api_key=key, headers=headers, patience=_REVIVAL)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown."""
        given = (self.api_key, self.auth_token, *self.headers.values())
        return tuple(value for value in given if value and value != _NO_KEY)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is wanted of one answer or thread in place of the settings; None leaves them as they are."""

    system: str | None = None
    """Empty for none at all."""
    max_tokens: int | None = None
    thinking: str | None = None
    """One of `EFFORTS`, or `off`."""

    def __post_init__(self) -> None:
        """Raise ValueError for an effort that is none."""
        _check_effort(self.thinking)


NO_WISHES = Wishes()


def has_credentials(environ: Mapping[str, str]) -> bool:
    """Whether the SDK would find credentials: a key, a token, a profile or a workload identity.

    Follows the order of `anthropic.lib.credentials` without importing it.
    """
    if any(environ.get(f"ANTHROPIC_{name}") for name in ("API_KEY", "AUTH_TOKEN", "PROFILE")):
        return True
    if all(environ.get(name) for name in _FEDERATION) and any(environ.get(name) for name in _IDENTITY):
        return True
    try:
        folder = _config_dir(environ)
        return (folder / "active_config").is_file() or (folder / "configs" / "default.json").is_file()
    except (OSError, RuntimeError):  # RuntimeError: no home directory can be found
        return False


def _config_dir(environ: Mapping[str, str]) -> Path:
    if given := environ.get("ANTHROPIC_CONFIG_DIR"):
        return Path(given)
    home = Path(environ["HOME"]) if environ.get("HOME") else Path.home()
    if sys.platform == "win32":
        return Path(environ.get("APPDATA") or home / "AppData" / "Roaming") / "Anthropic"
    return home / ".config" / "anthropic"
