"""What the user has chosen, from flags, then the environment, then `config.toml`, then defaults. Frozen."""

from __future__ import annotations

import difflib
import getpass
import hashlib
import os
import platform
import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TypeGuard

import platformdirs

DEMO_MODEL = "demo"
HOME_VARIABLE = "ABLY_TUI_HOME"
"""Environment variable: one folder for settings, state and logs, in place of the platform's."""
UNITS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
SECRETS = frozenset({"ably_key", "ably_token", "ably_auth_url"})
ENVIRONMENT = {
    "ably_key": "ABLY_API_KEY",
    "ably_token": "ABLY_TOKEN",
    "ably_auth_url": "ABLY_AUTH_URL",
    "model": "ANTHROPIC_MODEL",
}
"""Settings that an environment variable gives, beside `ANTHROPIC_*`, which the agent reads itself."""


class SettingsError(Exception):
    """A setting is wrong. Its text says which, and what would be right."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, resolved. Names are those of the flags, with `_` for `-`."""

    channel: str
    client_id: str
    model: str | None = None
    """Name of the model; None means the agent's default."""
    max_tokens: int = 8_192
    system: str | None = None
    local: bool = True
    """Whether the channel is the one on this machine."""
    endpoint: str | None = None
    """`HOST[:PORT]` of an Ably-compatible server."""
    tls: bool = True
    since: int | None = 600_000
    """Milliseconds of the channel's past that are shown; None means all of it."""
    theme: str | None = None
    """Name of a Textual theme; None follows the terminal's background where it says which."""
    ably_key: str | None = field(default=None, repr=False)
    ably_token: str | None = field(default=None, repr=False)
    ably_auth_url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the program keeps its files."""

    config: Path
    state: Path

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Folders:
        """Return the platform's folders, or those below ABLY_TUI_HOME."""
        home = environ.get(HOME_VARIABLE)
        if home:
            return cls(Path(home).expanduser(), Path(home).expanduser())
        return cls(platformdirs.user_config_path("ably-tui"), platformdirs.user_state_path("ably-tui"))


def resolve(flags: Mapping[str, object], environ: Mapping[str, str], file: Mapping[str, object]) -> Settings:
    """Return the settings that apply; raise `SettingsError` for one that is wrong.

    `flags` holds what was given on the command line (None for what was not), `file` what `config.toml` says.
    `local` and `cloud` are two flags for one setting: without either, an Ably credential or an endpoint means
    the cloud and anything else this machine.
    """
    values = _merged(flags, environ, file)
    has_credential = any(values.get(name) for name in SECRETS)
    values["local"] = _is_local(flags, values, has_credential=has_credential)
    if values.get("endpoint") and not values["local"] and not has_credential:
        raise SettingsError("--endpoint needs ABLY_API_KEY, a key of that server, in the environment")
    values["since"] = since_of(str(values.get("since", "10m")))
    values["max_tokens"] = _whole("max_tokens", values.get("max_tokens", 8_192))
    user = user_of(environ)
    values.setdefault("channel", f"ai:{user}")
    values.setdefault("client_id", f"{user}-{_terminal(environ)}")
    values.setdefault("theme", theme_of(environ))
    _check(values)
    return Settings(**values)  # type: ignore[arg-type]  # each was checked above


def _merged(
    flags: Mapping[str, object], environ: Mapping[str, str], file: Mapping[str, object]
) -> dict[str, object]:
    known = {each.name for each in fields(Settings)}
    for name in file:
        if name in SECRETS:
            raise SettingsError(f"config.toml: keep {name} out of files; set {ENVIRONMENT[name]} instead")
        if name not in known:
            near = difflib.get_close_matches(name, known - SECRETS, 1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(known - SECRETS))}"
            raise SettingsError(f"config.toml: unknown setting {name}; {hint}")
    values = dict(file)
    values |= {name: environ[variable] for name, variable in ENVIRONMENT.items() if environ.get(variable)}
    values |= {name: value for name, value in flags.items() if value is not None and name in known}
    return values


def _is_local(flags: Mapping[str, object], values: Mapping[str, object], *, has_credential: bool) -> object:
    if flags.get("local"):
        return True
    if flags.get("cloud"):
        if not has_credential:
            raise SettingsError("--cloud needs ABLY_API_KEY, ABLY_TOKEN or ABLY_AUTH_URL in the environment")
        return False
    return values.get("local", not (has_credential or values.get("endpoint")))


def _check(values: Mapping[str, object]) -> None:
    for name in ("channel", "client_id", "model", "system", "endpoint", "theme"):
        value = values.get(name)
        if value is not None and (not isinstance(value, str) or not value.strip()):
            raise SettingsError(f"{name} must be a text that is not empty")
    for name in ("local", "tls"):
        if not isinstance(values.get(name, True), bool):
            raise SettingsError(f"{name} must be true or false")
    if re.search(r"[\x00-\x1f\x7f]", f"{values['channel']}{values['client_id']}"):
        raise SettingsError("channel and client_id cannot hold control characters")
    if values["client_id"] == "*":
        raise SettingsError("client_id must be a name of its own, not *")


def read_file(path: Path) -> Mapping[str, object]:
    """Return what `config.toml` says, or nothing; raise `SettingsError` when it is no TOML."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from error
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error


def is_demo(model: str | None) -> TypeGuard[str]:
    """Return whether a model is the demo, whose names all begin alike."""
    return model is not None and model.split("-")[0] == DEMO_MODEL


def since_of(text: str) -> int | None:
    """Return a time span in milliseconds: `10m`, `2h`, `30s`, `1d`; 0 for `none`, None for `all`."""
    if text == "all":
        return None
    if text == "none":
        return 0
    match = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if match is None:
        raise SettingsError(f"since: {text!r} is no time span; say 10m, 2h, 1d, all or none")
    return int(match[1]) * UNITS[match[2]]


def host_and_port(endpoint: str, *, tls: bool) -> tuple[str, int]:
    """Return host and port of `HOST[:PORT]` (or `[IPv6]:PORT`); the port is the protocol's own by default."""
    match = re.fullmatch(r"(?:\[([0-9a-fA-F:.]+)\]|([^\s:/@]+))(?::(\d{1,5}))?", endpoint)
    port = int(match[3]) if match and match[3] else 443 if tls else 80
    if match is None or not 0 < port < 65_536:
        raise SettingsError(f"endpoint: {endpoint!r} is not HOST or HOST:PORT")
    return match[1] or match[2], port


def user_of(environ: Mapping[str, str]) -> str:
    """Return the user's name, as far as it can stand in a channel's name."""
    name = environ.get("USER") or environ.get("USERNAME") or ""
    if not name:
        try:
            name = getpass.getuser()
        except (OSError, KeyError):  # a user id without a name, as in a container
            name = "me"
    return re.sub(r"[^\w.-]", "-", name) or "me"


def theme_of(environ: Mapping[str, str]) -> str | None:
    """Return the theme for a terminal that says in COLORFGBG (`15;0`) that its background is light."""
    background = environ.get("COLORFGBG", "").rpartition(";")[2]
    return "textual-light" if background in {"7", "15"} else None


def _terminal(environ: Mapping[str, str]) -> str:
    """Return four hex digits that stay the same for as long as this terminal does."""
    try:
        terminal = os.ttyname(sys.stdin.fileno())
    except (OSError, ValueError, AttributeError):  # no terminal, or a platform without names for them
        terminal = str(os.getppid())
    window = environ.get("TMUX_PANE") or environ.get("TERM_SESSION_ID") or environ.get("WINDOWID") or ""
    place = f"{platform.node()} {terminal} {window}"
    return hashlib.blake2s(place.encode(), digest_size=2).hexdigest()


def _whole(name: str, value: object) -> int:
    if isinstance(value, bool) or not str(value).isdecimal() or int(str(value)) < 1:
        raise SettingsError(f"{name}: {value!r} is no whole number above 0")
    return int(str(value))
