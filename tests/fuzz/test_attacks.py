"""Every attack, as often as CI has time for, and each that succeeded once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.target import Attack
from tests.fuzz.targets import ATTACKS


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
async def test_survives(attack: Attack, tmp_path: Path) -> None:
    await attack.check(tmp_path)
