// An agent built with AI Transport's JavaScript SDK and its Vercel codec, as Ably documents them.
//
//     node session.js HOST PORT KEY CHANNEL
//
// Prints "ready" when it listens. Says back the texts of the thread that it was asked in; goes on for minutes
// when the prompt says "long"; asks for an approval when it says "tool".

const Ably = require('ably');
const { Invocation } = require('@ably/ai-transport');
const { createAgentSession } = require('@ably/ai-transport/vercel');

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

async function* answer(words, signal) {
  yield { type: 'start' };
  yield { type: 'reasoning-start', id: 'r' };
  yield { type: 'reasoning-delta', id: 'r', delta: 'hm' };
  yield { type: 'reasoning-end', id: 'r' };
  yield { type: 'text-start', id: 't' };
  for (const delta of words) {
    if (signal.aborted) return;
    yield { type: 'text-delta', id: 't', delta };
    await pause(10);
  }
  yield { type: 'text-end', id: 't' };
  yield { type: 'finish' };
}

async function* ask() {
  yield { type: 'tool-input-available', toolCallId: 'call', toolName: 'delete_file', input: { path: 'x' } };
  yield { type: 'tool-approval-request', approvalId: 'approval', toolCallId: 'call' };
}

async function* afterwards(approved) {
  if (approved) yield { type: 'tool-output-available', toolCallId: 'call', output: { gone: true } };
  else yield { type: 'tool-output-denied', toolCallId: 'call' };
  yield { type: 'text-start', id: 'u' };
  yield { type: 'text-delta', id: 'u', delta: approved ? 'It is gone.' : 'It stays.' };
  yield { type: 'text-end', id: 'u' };
  yield { type: 'finish' };
}

async function serve(session, sessionName, message) {
  const { transport, codec } = message.extras.ai;
  const invocation = Invocation.fromJSON({ sessionName, inputEventId: transport['event-id'] });
  const run = session.createRun(invocation);
  while (run.view.hasOlder()) await run.view.loadOlder();
  await run.start();
  if (codec.kind === 'tool-approval-response') {
    await run.end({ reason: (await run.pipe(afterwards(codec.approved === 'true'))).reason });
    return;
  }
  const said = run.view.getMessages().map(({ message: each }) => (
    each.parts.filter((part) => part.type === 'text').map((part) => part.text).join('')));
  const prompt = said[said.length - 1];
  if (prompt.includes('tool')) {
    await run.pipe(ask());
    await run.suspend();
    return;
  }
  const words = prompt.includes('long') ? Array(60_000).fill(' word') : [said.join(' | ')];
  await run.end({ reason: (await run.pipe(answer(words, run.abortSignal))).reason });
}

async function main(host, port, key, name) {
  const options = { key, endpoint: host, port: Number(port), tls: false };
  const session = createAgentSession({
    client: new Ably.Realtime({ ...options, clientId: 'agent' }),
    channelName: name,
  });
  await session.connect();
  const ears = new Ably.Realtime({ ...options, clientId: 'ears' }).channels.get(name);
  await ears.subscribe('ai-input', (message) => serve(session, name, message));
  console.log('ready');
}

main(...process.argv.slice(2));
