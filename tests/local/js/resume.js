const assert = require('node:assert');
const { fresh, main, realtime, relay, rest, until } = require('./shared');

main({
  async 'what was missed during a cut comes once and in order, also what was changed'() {
    const name = fresh();
    const wire = await relay();
    const client = realtime({ port: wire.port });
    const channel = client.channels.get(name);
    const publisher = rest().channels.get(name);
    const seen = [];
    const changes = [];
    await channel.subscribe((message) => seen.push(`${message.action} ${message.data}`));
    const { id } = client.connection;
    const { serials: [serial] } = await publisher.publish('token', 'first');
    await until(() => seen.length === 1);
    channel.on((change) => changes.push(change));
    wire.cut();
    await until(() => client.connection.state !== 'connected');
    const missed = Array.from({ length: 300 }, (_, place) => `${place}`);
    for (let place = 0; place < 300; place += 100) await publisher.publish(missed.slice(place, place + 100).map((data) => ({ data })));
    await publisher.appendMessage({ serial, data: ' more' });
    const queued = channel.publish('token', 'queued');
    wire.mend();
    await queued;
    await publisher.publish('token', 'last');
    await until(() => seen.includes('message.create last'));
    const grown = seen.filter((text) => text.includes('first'));
    assert.deepStrictEqual(grown, ['message.create first', 'message.update first more']);
    assert.deepStrictEqual(
      seen.filter((text) => !text.includes('first')),
      [...missed, 'queued', 'last'].map((data) => `message.create ${data}`),
    );
    assert.strictEqual(client.connection.id, id);
    assert.deepStrictEqual(changes.filter((change) => change.current === 'attached').map((change) => change.resumed), [true]);
    client.close();
    wire.close();
  },

  async 'a connection is recovered by another client'() {
    const name = fresh();
    const wire = await relay();
    const first = realtime({ port: wire.port });
    await first.channels.get(name).attach();
    const { id } = first.connection;
    const recover = first.connection.createRecoveryKey();
    wire.cut();
    await rest().channels.get(name).publish('token', 'missed');
    const seen = [];
    const second = realtime({ recover });
    await second.channels.get(name).subscribe((message) => seen.push(message.data));
    await until(() => seen.length === 1);
    assert.deepStrictEqual([second.connection.id, seen], [id, ['missed']]);
    first.close();
    wire.close();
  },

  async 'a connection that is unknown is not resumed, and that is said'() {
    const client = realtime({ recover: JSON.stringify({ connectionKey: 'unknown!key', msgSerial: 3, channelSerials: {} }) });
    const change = await new Promise((resolve) => { client.connection.once('connected', resolve); });
    assert.strictEqual(change.reason.code, 80018);
    await client.channels.get(fresh()).publish('still', 'works');
    assert.ok(await client.connection.ping() >= 0);
  },
});
