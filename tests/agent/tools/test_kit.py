from __future__ import annotations

import os
from pathlib import Path

import pytest

from tui.agent import KNOWN, ApprovalPolicy, Approvals, toolbox


def test_every_known_tool_can_be_switched_on(tmp_path: Path) -> None:
    box = toolbox([*KNOWN, KNOWN[0]], tmp_path, {}, Approvals(ApprovalPolicy()))
    assert [schema["name"] for schema in box.schemas] == list(KNOWN)
    assert toolbox([], tmp_path, {}, Approvals(ApprovalPolicy())).schemas == []


def test_a_tool_that_there_is_not(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no tool 'fetch'"):
        toolbox(["fetch"], tmp_path, {}, Approvals(ApprovalPolicy()))


def test_commands_need_posix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    approvals, root = Approvals(ApprovalPolicy()), tmp_path
    monkeypatch.setattr(os, "name", "nt")
    with pytest.raises(ValueError, match="needs Linux or macOS"):
        toolbox(["run_command"], root, {}, approvals)
