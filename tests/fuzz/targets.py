"""All that is fuzzed."""

from __future__ import annotations

from tests.fuzz import channel, engine, model, rendering, sdk, server
from tests.fuzz.target import Attack, Property

PROPERTIES: tuple[Property, ...] = (*channel.PROPERTIES, *rendering.PROPERTIES)
ATTACKS: tuple[Attack, ...] = (engine.ATTACK, server.ATTACK, model.ATTACK, sdk.ATTACK)
