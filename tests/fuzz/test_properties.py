"""Every statement, for as many values as CI has time for."""

from __future__ import annotations

import pytest

from tests.fuzz.target import Property
from tests.fuzz.targets import PROPERTIES


@pytest.mark.parametrize("prop", PROPERTIES, ids=lambda prop: prop.name)
def test_holds(prop: Property) -> None:
    prop.check()
