"""What the link is told of its channel."""

from __future__ import annotations

import pytest

from tui.cli.linking import link_options
from tui.link import Endpoint
from tui.local.statefile import LocalServer
from tui.settings import SettingsError, resolve

SERVER = LocalServer("127.0.0.1", 1234, "app.key:secret", 1)
OWN = {"USER": "ana", "ABLY_API_KEY": "own.key:other"}


def test_the_local_server_gives_its_own_address_and_key() -> None:
    found = link_options(resolve({"local": True, "channel": "c"}, OWN, {}), SERVER)
    assert (found.channel, found.key) == ("c", SERVER.key)
    assert found.endpoint == Endpoint("127.0.0.1", 1234, tls=False)


def test_elsewhere_the_settings_do() -> None:
    found = link_options(resolve({"endpoint": "example.org:8080", "tls": False}, OWN, {}), None)
    assert (found.key, found.endpoint) == ("own.key:other", Endpoint("example.org", 8080, tls=False))
    assert link_options(resolve({}, OWN, {}), None).endpoint is None


def test_what_the_link_would_refuse_is_a_setting_that_is_wrong() -> None:
    with pytest.raises(SettingsError):
        link_options(resolve({"cloud": True}, {"USER": "ana"}, {}), None)
