"""What the link is told of its channel: by the settings, or by the local server. Leaves opening to others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.settings import Settings, SettingsError, host_and_port

if TYPE_CHECKING:
    from tui.link import LinkOptions
    from tui.local.statefile import LocalServer


def link_options(settings: Settings, server: LocalServer | None) -> LinkOptions:
    """Return what the link needs, to the local `server` or else to what the settings name.

    Raise `SettingsError` when the link would refuse it.
    """
    from tui.link import Endpoint, LinkOptions

    endpoint = None
    if server is not None:
        endpoint = Endpoint(server.host, server.port, tls=False)
    elif settings.endpoint:
        host, port = host_and_port(settings.endpoint, tls=settings.tls)
        endpoint = Endpoint(host, port, tls=settings.tls)
    try:
        return LinkOptions(
            channel=settings.channel,
            client_id=settings.client_id,
            key=server.key if server is not None else settings.ably_key,
            token=None if server is not None else settings.ably_token,
            auth_url=None if server is not None else settings.ably_auth_url,
            endpoint=endpoint,
            since=settings.since,
            budget=settings.messages_per_second,
            pattern=settings.pattern,
        )
    except ValueError as error:
        raise SettingsError(str(error)) from error
