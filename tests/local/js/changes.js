const assert = require('node:assert');
const { all, fresh, main, realtime, refused, rest, until } = require('./shared');

main({
  async 'appends arrive as appends to whoever has seen the message, and as a whole to others'() {
    const name = fresh();
    const seen = [];
    const late = [];
    const agent = realtime({ transportParams: { appendRollupWindow: 0 } }).channels.get(name);
    await realtime().channels.get(name).subscribe((message) => seen.push(message));
    const { serials: [serial] } = await agent.publish({ name: 'response', data: 'a', extras: { headers: { x: 'y' } } });
    await agent.appendMessage({ serial, data: 'b' });
    await realtime().channels.get(name).subscribe((message) => late.push(message));
    const { versionSerial } = await agent.appendMessage({ serial, data: 'c' }, { description: 'd', metadata: { m: 'n' } });
    await until(() => seen.length === 3 && late.length === 1);
    assert.deepStrictEqual(seen.map((message) => [message.action, message.data]), [['message.create', 'a'], ['message.append', 'b'], ['message.append', 'c']]);
    assert.deepStrictEqual([late[0].action, late[0].data], ['message.update', 'abc']);
    seen.forEach((message) => {
      assert.strictEqual(message.serial, serial);
      assert.strictEqual(message.name, 'response');
      assert.deepStrictEqual(message.extras, { headers: { x: 'y' } });
      assert.strictEqual(message.timestamp, seen[0].timestamp);
    });
    assert.strictEqual(seen[2].version.serial, versionSerial);
    assert.deepStrictEqual([seen[2].version.description, seen[2].version.metadata], ['d', { m: 'n' }]);
    const [whole] = await all(await rest().channels.get(name).history());
    assert.deepStrictEqual([whole.action, whole.data, whole.serial], ['message.update', 'abc', serial]);
  },

  async 'appends that follow closely are joined, and none is lost'() {
    const name = fresh();
    const seen = [];
    const channel = realtime().channels.get(name);
    await channel.subscribe((message) => seen.push(message));
    const { serials: [serial] } = await channel.publish('response', '');
    const tokens = Array.from({ length: 200 }, (_, place) => `${place} `);
    await Promise.all(tokens.map((data) => channel.appendMessage({ serial, data })));
    await until(() => seen.map((message) => message.data).join('') === tokens.join(''));
    assert.ok(seen.length < 200, `${seen.length} deliveries`);
  },

  async 'update and delete, the message and its versions'() {
    for (const channel of [realtime().channels.get(fresh()), rest().channels.get(fresh())]) {
      const { serials: [serial] } = await channel.publish({ name: 'n', data: 'first', extras: { headers: { a: 'b' } } });
      const updated = await channel.updateMessage({ serial, data: { second: 2 } }, { description: 'why' });
      await until(async () => (await channel.getMessage(serial)).version.serial === updated.versionSerial);
      const message = await channel.getMessage(serial);
      assert.deepStrictEqual([message.action, message.name, message.data, message.extras], ['message.update', 'n', { second: 2 }, { headers: { a: 'b' } }]);
      assert.strictEqual(message.version.description, 'why');
      await channel.deleteMessage({ serial, data: '' });
      const versions = await all(await channel.getMessageVersions(serial));
      assert.deepStrictEqual(versions.map((version) => version.action), ['message.create', 'message.update', 'message.delete']);
    }
  },

  async 'what cannot be changed'() {
    const channel = rest().channels.get(fresh());
    await refused(channel.updateMessage({ serial: '00000000000001-000@nothing:000', data: 'x' }), 40400);
    await refused(channel.getMessage('nothing'), 40400);
    await refused(channel.updateMessage({ data: 'x' }), 40003);
  },
});
