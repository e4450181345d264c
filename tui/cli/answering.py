"""One prompt, published, answered on the channel, and printed as it comes back from there."""

from __future__ import annotations

import os
import secrets
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.agent import Agent, AgentTasks, Approvals, Cancels
from tui.cli.crew import Requests
from tui.cli.exits import FAILED, OK, Failure
from tui.cli.following import Follower, OneResponse
from tui.cli.model import demo_model, real_model
from tui.cli.opening import CLOSE, Line, channel, complain, local_server, now
from tui.cli.permits import Permits, policy_of, tools_of
from tui.cli.printing import end_line, print_messages, put
from tui.cli.telling import ending
from tui.state import Conversation
from tui.wire import UserInput

if TYPE_CHECKING:
    from tui.agent import AgentSettings
    from tui.settings import Folders, Settings


def model_of(settings: Settings, folders: Folders) -> AgentSettings:
    """Return the model that answers: the one that is asked for, or the demo on this machine."""
    return real_model(settings, os.environ) or demo_model(settings, local_server(folders))


def ask(text: str, settings: Settings, folders: Folders, *, json_lines: bool, patience: float) -> int:
    """Publish a prompt and have it answered; print the answer and return the exit code. After `patience`
    seconds without a connection raise `Failure`.
    """
    model = model_of(settings, folders)
    approvals = Approvals(policy_of(settings))
    agent = Agent(model, tools_of(settings, model, approvals))
    threading.Thread(target=agent.load, name="load", daemon=True).start()  # it takes longer than connecting
    prompt = UserInput(secrets.token_hex(8), text)
    refused: list[str] = []
    # As at a terminal whose own agent answers, so that no other does.
    presence = {"kind": "viewer", "name": settings.client_id, "model": model.model}
    with channel(
        replace(settings, since=0),
        folders,
        publishing=True,
        presence=presence,
        agent=model,
        patience=patience,
    ) as line:
        while not line.attached:
            line.read()
        requests = Requests(line.link.publisher)
        tasks = AgentTasks(
            requests,
            lambda _prompt, why: refused.append(why),
            approvals=approvals,
            cancels=Cancels(settings.allow_cancel),
        )
        permits = Permits(line, tasks, approvals, requests, settings.client_id)
        line.link.run(lambda: tasks.ask(agent, prompt, asker=settings.client_id))
        try:
            return _follow(line, prompt.prompt_id, refused, permits, json_lines=json_lines)
        finally:
            line.link.run(_end, tasks, agent, settings.client_id).result(CLOSE)


async def _end(tasks: AgentTasks, agent: Agent, client_id: str) -> None:
    await tasks.close(CLOSE / 2, client_id)
    await agent.close()


def _follow(line: Line, prompt_id: str, refused: list[str], permits: Permits, *, json_lines: bool) -> int:
    conversation = Conversation()
    follower, one, text = Follower(conversation), None, ""
    try:
        while one is None or not one.over:
            news = follower.take(line.read(), now())
            _check(refused)
            answers = [each for each in conversation.answers(prompt_id) if each.response_id is not None]
            if one is None and answers:
                one = OneResponse(str(answers[0].response_id))
            permits.hear(news.messages)
            if one is None:
                continue
            found = one.take(conversation, news) + (one.rest() if one.over else "")
            if json_lines:
                print_messages(one.messages(conversation, news))
            else:
                text = found or text
                put([found])
            permits.settle(text)
    except (KeyboardInterrupt, Failure):
        if not json_lines:
            end_line(text, cut=True)
        raise
    if not json_lines:
        end_line(text, cut=not one.whole)
    if one.response is not None and not one.well:
        complain(ending(one.response))
    return OK if one.well else FAILED


def _check(refused: list[str]) -> None:
    if refused:
        raise Failure(f"the prompt was not published: {refused[0]}")
