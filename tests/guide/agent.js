// An agent as Ably's guide describes it (message per token, explicit start and stop), with only the SDK.
//
//     node agent.js HOST PORT KEY CHANNEL  < responses.json
//
// Publishes the responses of a JSON object {responseId: [token, …]}, all interleaved. Prints how many messages.

const fs = require('node:fs');
const Ably = require('ably');

async function main(host, port, key, channelName) {
  const responses = JSON.parse(fs.readFileSync(0, 'utf8'));
  const realtime = new Ably.Realtime({ key, echoMessages: false, endpoint: host, port: Number(port), tls: false });
  const channel = realtime.channels.get(channelName);
  const published = [];

  // Not awaited per token: the SDK keeps the order.
  function publish(name, responseId, data) {
    published.push(channel.publish({ name, data, extras: { headers: { responseId } } }));
  }

  const ids = Object.keys(responses);
  ids.forEach((id) => publish('start', id));
  const longest = Math.max(...ids.map((id) => responses[id].length));
  for (let place = 0; place < longest; place++) {
    ids.filter((id) => place < responses[id].length).forEach((id) => publish('token', id, responses[id][place]));
  }
  ids.forEach((id) => publish('stop', id));
  await Promise.all(published);
  realtime.close();
  console.log(JSON.stringify({ published: published.length }));
}

main(...process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
