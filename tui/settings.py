"""What the user has chosen, from flags, then the environment, then `config.toml`, then defaults. Frozen.

The fields of `Settings` are the one table of all settings: the command line, `config.toml`, `ably-tui config`
and the README's table follow it. Leaves what a value may be to `values`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, TypeGuard

from tui import values
from tui.machine import HOME_VARIABLE, Folders, terminal_of, theme_of, user_of
from tui.values import SettingsError, host_and_port, since_of

__all__ = [
    "DEMO_MODEL",
    "FILE",
    "HOME_VARIABLE",
    "TABLE",
    "About",
    "Folders",
    "Settings",
    "SettingsError",
    "host_and_port",
    "is_demo",
    "read_file",
    "resolve",
    "where_in",
]

DEMO_MODEL = "demo"
FILE = "config.toml"
_FLAG, _DEFAULT = "flag", "default"


@dataclass(frozen=True, slots=True)
class About:
    """What is to be known of a setting beside its name, type and default."""

    what: str
    """For people, in one line."""
    check: Callable[[Any], object]
    """Takes what was given, returns the value."""
    default: str = "none"
    """The default in words."""
    flag: str | None = None
    variable: str | None = None
    """Environment variable."""
    secret: bool = False
    """Whether it is never shown, and never read from a file."""


def _about(*about: Any, **more: Any) -> dict[str, About]:
    return {"about": About(*about, **more)}


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, resolved. In `config.toml` they have these names, and the flags `-` for `_`."""

    channel: str = field(
        metadata=_about("channel to attach to", values.name, "ai:<user>", flag="--channel"),
    )
    client_id: str = field(
        metadata=_about("who you are on it", values.client_id, "<user>-<4 hex>", flag="--client-id"),
    )
    local: bool = field(
        default=True,
        metadata=_about(
            "whether the channel is this machine's",
            values.switch,
            "true, false with an Ably credential or an endpoint",
            flag="--local, --cloud",
        ),
    )
    endpoint: str | None = field(
        default=None,
        metadata=_about("an Ably-compatible server, `HOST[:PORT]`", values.endpoint, flag="--endpoint"),
    )
    tls: bool = field(
        default=True,
        metadata=_about("whether the connection to it is encrypted", values.switch, "true", flag="--no-tls"),
    )
    since: int | None = field(
        default=600_000,
        metadata=_about(
            "how much of the past to show: `10m`, `2h`, `all`, `none`", since_of, "10m", flag="--since"
        ),
    )
    """Milliseconds; None means all there is."""
    messages_per_second: int | None = field(
        default=None,
        metadata=_about(
            "most messages to publish in a second, `none` for no limit",
            values.limit,
            "40, none on this machine",
        ),
    )
    """0 means no limit; None means the link's own."""
    model: str | None = field(
        default=None,
        metadata=_about(
            "model that answers your prompts",
            values.name,
            "claude-sonnet-5-5, demo where neither a model nor a key is given",
            flag="--model",
            variable="ANTHROPIC_MODEL",
        ),
    )
    """None means the agent's default."""
    max_tokens: int = field(
        default=8_192,
        metadata=_about("longest answer, in tokens", values.whole, "8192", flag="--max-tokens"),
    )
    system: str | None = field(default=None, metadata=_about("system prompt", values.text, flag="--system"))
    pattern: Literal["token", "response", "auto"] = field(
        default="token",
        metadata=_about(
            "publish a message per `token`, one `response` that grows, or what the channel allows",
            values.OneOf(values.PATTERNS),
            "token",
            flag="--pattern",
        ),
    )
    allow_cancel: Literal["any", "own", "none"] = field(
        default="any",
        metadata=_about(
            "whose cancel ends your agent's answers: `any`, `own`, `none`",
            values.OneOf(("any", "own", "none")),
            "any",
            flag="--allow-cancel",
        ),
    )
    allow_from: tuple[str, ...] = field(
        default=(),
        metadata=_about("client ids that your agent answers beside you", values.names, flag="--allow-from"),
    )
    tools: tuple[str, ...] = field(
        default=(), metadata=_about("tools that the model may ask for", values.names, flag="--tools")
    )
    tools_root: Path | None = field(
        default=None,
        metadata=_about("folder that tools see", values.folder, "the current folder", flag="--tools-root"),
    )
    approvers: tuple[str, ...] = field(
        default=(),
        metadata=_about(
            "client ids that may allow every tool beside you; only where everybody has a token, since with a "
            "key anybody can call themselves so",
            values.names,
            flag="--approvers",
        ),
    )
    roles: tuple[str, ...] = field(
        default=(),
        metadata=_about(
            "roles that tokens give (JWT claim `ably.channel.*`), the least first: `viewer,editor,admin`",
            values.ranks,
            flag="--roles",
        ),
    )
    minimum_role: Mapping[str, str] = field(
        default_factory=dict,
        metadata=_about(
            "least role that may allow a tool, `*` for every other: `run_command:admin,*:editor`, or a table "
            "in the file",
            values.by_tool,
            "no role may",
            flag="--minimum-role",
        ),
    )
    approval_timeout: int = field(
        default=300,
        metadata=_about(
            "seconds after which a tool that nobody has allowed is denied",
            values.whole,
            "300",
            flag="--approval-timeout",
        ),
    )
    price: Mapping[str, tuple[float, float]] = field(
        default_factory=dict,
        metadata=_about("what models cost: `model = [input, output]`, USD per million tokens", values.prices),
    )
    theme: str | None = field(
        default=None,
        metadata=_about(
            "colours of the screen: `dark`, `light`, or a theme's name",
            values.OneOf((*values.SHORT_THEMES, *values.THEMES), values.SHORT_THEMES),
            "dark, or light where COLORFGBG says so",
            flag="--theme",
        ),
    )
    color: bool = field(
        default=True,
        metadata=_about(
            "whether there are colours; NO_COLOR, set to anything, says no", values.switch, "true"
        ),
    )
    reduced_motion: bool = field(
        default=False, metadata=_about("nothing blinks, spins or slides", values.switch, "false")
    )
    plain: bool = field(
        default=False,
        metadata=_about(
            "whole lines of text, no full-screen display", values.switch, "false", flag="--plain"
        ),
    )
    notify: Literal["bell", "desktop", "none"] = field(
        default="bell",
        metadata=_about(
            "how the end of an answer is told: `bell`, `desktop`, `none`",
            values.OneOf(("bell", "desktop", "none")),
            "bell",
        ),
    )
    prompt_history: Literal["shared", "own", "none"] = field(
        default="shared",
        metadata=_about(
            "whether prompts and drafts are kept on this machine for the next time: `shared` by all your "
            "terminals, `own` to this client id, `none`",
            values.OneOf(("shared", "own", "none")),
            "shared",
            flag="--prompt-history",
        ),
    )
    keymap: Mapping[str, str] = field(
        default_factory=dict,
        metadata=_about('keys by the command\'s id: `zoom = "f"`, `end = ["G", "end"]`', values.keys),
    )
    """Several keys are separated by commas. That the ids exist is checked by whoever knows the commands."""
    ably_key: str | None = field(
        default=None,
        repr=False,
        metadata=_about("Ably API key", values.name, variable="ABLY_API_KEY", secret=True),
    )
    ably_token: str | None = field(
        default=None,
        repr=False,
        metadata=_about("Ably token or JWT", values.name, variable="ABLY_TOKEN", secret=True),
    )
    ably_auth_url: str | None = field(
        default=None,
        repr=False,
        metadata=_about("where Ably tokens are got from", values.name, variable="ABLY_AUTH_URL", secret=True),
    )
    origins: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    """Where each setting comes from: `flag`, `environment NAME`, `config.toml` or `default`."""


TABLE: Mapping[str, About] = {
    each.name: each.metadata["about"] for each in fields(Settings) if "about" in each.metadata
}
"""Every setting by its name, in the order in which they are shown."""
Where = Callable[[str], str]
"""Returns the place where the file sets something."""
_ELSEWHERE = {
    "ably_api_key": "ABLY_API_KEY",
    "anthropic_key": "ANTHROPIC_API_KEY",
    "anthropic_api_key": "ANTHROPIC_API_KEY",
    "anthropic_auth_token": "ANTHROPIC_AUTH_TOKEN",
    "anthropic_base_url": "ANTHROPIC_BASE_URL",
}
"""Variables of what is no setting, by the names that people may look for."""
_SECRETS = tuple(name for name, about in TABLE.items() if about.secret)


def resolve(
    flags: Mapping[str, object],
    environ: Mapping[str, str],
    file: Mapping[str, object],
    where: Where = lambda _name: FILE,
) -> Settings:
    """Return the settings that apply; raise `SettingsError` with a line for each that is wrong.

    `flags` holds what was given on the command line (None for what was not), `file` what `config.toml` says,
    and `where` at which place it says so.
    `local` and `cloud` are two flags for one setting: without either, an Ably credential or an endpoint means
    the cloud and anything else this machine.
    """
    wrong = _unknown(file, where)
    given = _given(flags, environ, file)
    given.setdefault("local", _where(given))
    user = user_of(environ)
    given.setdefault("channel", (f"ai:{user}", _DEFAULT))
    given.setdefault("client_id", (f"{user}-{terminal_of(environ)}", _DEFAULT))
    theme = theme_of(environ)
    if theme is not None:
        given.setdefault("theme", (theme, "environment COLORFGBG"))
    checked: dict[str, Any] = {}
    for name, (value, origin) in given.items():
        try:
            checked[name] = TABLE[name].check(value)
        except SettingsError as error:
            wrong.append(f"{_place(name, origin, where)}: {error}")
    if wrong:
        raise SettingsError("\n".join(wrong))
    has_credential = any(name in checked for name in _SECRETS)
    if flags.get("cloud") and not has_credential:
        raise SettingsError("--cloud needs ABLY_API_KEY, ABLY_TOKEN or ABLY_AUTH_URL in the environment")
    if "endpoint" in checked and not checked["local"] and not has_credential:
        raise SettingsError("--endpoint needs ABLY_API_KEY, a key of that server, in the environment")
    origins = {name: given[name][1] if name in given else _DEFAULT for name in TABLE}
    for role in checked.get("minimum_role", {}).values():
        if role not in checked.get("roles", ()):
            known = ", ".join(checked.get("roles", ())) or "none"
            place = _place("minimum_role", origins["minimum_role"], where)
            raise SettingsError(f"{place}: {role} is none of the roles ({known}); name them all in --roles")
    return Settings(**checked, origins=origins)


def _unknown(file: Mapping[str, object], where: Where) -> list[str]:
    """Return what is wrong with the names in the file."""
    wrong = []
    for name in file:
        variable = TABLE[name].variable if name in _SECRETS else _ELSEWHERE.get(name)
        if variable is not None:
            wrong.append(f"{where(name)}: keep {name} out of files; set {variable} instead")
        elif name not in TABLE:
            known = [each for each in TABLE if each not in _SECRETS]
            hint = values.near(name, known) or f"; known are {', '.join(sorted(known))}"
            wrong.append(f"{where(name)}: unknown setting {name}{hint}")
    return wrong


def _given(
    flags: Mapping[str, object], environ: Mapping[str, str], file: Mapping[str, object]
) -> dict[str, tuple[object, str]]:
    """Return what was said, and where, of each setting that anything was said of."""
    if flags.get("local") and flags.get("cloud"):
        raise SettingsError("say --local or --cloud, not both")
    given: dict[str, tuple[object, str]] = {}
    for name, about in TABLE.items():
        if flags.get(name) is not None:
            given[name] = flags[name], _FLAG
        elif about.variable is not None and environ.get(about.variable):
            given[name] = environ[about.variable], f"environment {about.variable}"
        elif name in file:
            given[name] = file[name], FILE
    if flags.get("cloud"):
        given["local"] = False, _FLAG
    if environ.get("NO_COLOR"):  # no-color.org: any value but an empty one
        given["color"] = False, "environment NO_COLOR"
    return given


def _where(given: Mapping[str, tuple[object, str]]) -> tuple[object, str]:
    """Return whether the channel is this machine's when nobody says, and what that follows from."""
    remote = next((given[name] for name in (*_SECRETS, "endpoint") if name in given), None)
    return (True, _DEFAULT) if remote is None else (False, remote[1])


def _place(name: str, origin: str, where: Where) -> str:
    """Return where somebody finds what they have said of a setting."""
    if origin == FILE:
        return f"{where(name)}: {name}"
    flag = TABLE[name].flag if origin == _FLAG else None
    return flag or origin.removeprefix("environment ")


def where_in(path: Path) -> Where:
    """Return what tells where a file sets something: `path:line`, or the path alone where it does not say it
    in a line that begins with its name.
    """

    def where(name: str) -> str:
        begins = re.compile(rf"""\s*(?:(["']?){re.escape(name)}\1\s*[=.]|\[\s*{re.escape(name)}\s*[\].])""")
        lines = enumerate(path.read_text("utf-8").splitlines(), 1)
        return next((f"{path}:{number}" for number, line in lines if begins.match(line)), str(path))

    return where


def read_file(path: Path) -> Mapping[str, object]:
    """Return what `config.toml` says, or nothing; raise `SettingsError` when it is no TOML."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: {error}") from error
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
    import tomllib  # noqa: PLC0415  costs the first paint some milliseconds, and few have such a file

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: {error}") from error


def is_demo(model: str | None) -> TypeGuard[str]:
    """Return whether a model is the demo, whose names all begin alike."""
    return model is not None and model.split("-")[0] == DEMO_MODEL
