// A client as Ably's guide describes it (message per token, explicit start and stop), with only the SDK.
//
//     node client.js HOST PORT KEY CHANNEL COUNT
//
// Prints "ready" when it has attached, and when COUNT responses have stopped the JSON of what it rebuilt.

const Ably = require('ably');

async function main(host, port, key, channelName, count) {
  const realtime = new Ably.Realtime({ key, endpoint: host, port: Number(port), tls: false });
  const channel = realtime.channels.get(channelName);
  const responses = {};
  const stopped = new Set();
  let finish;
  const done = new Promise((resolve) => { finish = resolve; });

  await channel.subscribe('start', (message) => {
    responses[message.extras.headers.responseId] = '';
  });
  await channel.subscribe('token', (message) => {
    const { responseId } = message.extras.headers;
    responses[responseId] = (responses[responseId] || '') + message.data;
  });
  await channel.subscribe('response-complete', (message) => {
    responses[message.extras.headers.responseId] = message.data;
  });
  await channel.subscribe('stop', (message) => {
    stopped.add(message.extras.headers.responseId);
    if (stopped.size === Number(count)) finish();
  });
  console.log('ready');
  await done;
  realtime.close();
  console.log(JSON.stringify(responses));
}

main(...process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
