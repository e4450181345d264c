const assert = require('node:assert');
const { all, fresh, main, realtime, refused, rest, until } = require('./shared');

const text = (message) => [message.name, message.data];

main({
  async 'what is published arrives in order, whatever its type, and is in the history'() {
    const name = fresh('a b/c%d+é');
    const seen = [];
    const own = [];
    const viewer = realtime().channels.get(name);
    const agent = realtime({ echoMessages: false }).channels.get(name);
    await viewer.subscribe((message) => seen.push(message));
    await agent.subscribe((message) => own.push(message));
    const extras = { headers: { responseId: 'r1' } };
    const sent = [['text', 'é世👩‍💻'], ['json', { a: [1, null, { b: 'c' }] }], ['binary', Buffer.from([0, 255, 128])], ['nothing', undefined]];
    const results = await Promise.all(sent.map(([type, data]) => agent.publish({ name: type, data, extras })));
    const many = await agent.publish(Array.from({ length: 100 }, (_, place) => ({ name: 'token', data: `${place}` })));
    await until(() => seen.length === 104);
    assert.strictEqual(own.length, 0);
    assert.deepStrictEqual(seen.slice(0, 4).map(text), sent);
    assert.deepStrictEqual(seen.slice(4).map((message) => message.data), Array.from({ length: 100 }, (_, place) => `${place}`));
    assert.deepStrictEqual(seen.map((message) => message.serial), [...results.flatMap((result) => result.serials), ...many.serials]);
    assert.deepStrictEqual(seen.map((message) => message.serial), seen.map((message) => message.serial).sort());
    seen.slice(0, 4).forEach((message) => {
      assert.deepStrictEqual(message.extras, extras);
      assert.strictEqual(message.action, 'message.create');
      assert.strictEqual(message.version.serial, message.serial);
      assert.ok(message.id && message.connectionId && message.timestamp);
    });
    const told = await all(await rest().channels.get(name).history({ direction: 'forwards', limit: 30 }));
    assert.deepStrictEqual(told.map(text), seen.map(text));
    assert.deepStrictEqual(told.map((message) => message.serial), seen.map((message) => message.serial));
  },

  async 'history until attach and what comes live have neither a gap nor an overlap'() {
    const name = fresh();
    const channel = realtime().channels.get(name);
    const publisher = rest().channels.get(name);
    for (let place = 0; place < 5; place += 1) await publisher.publish('before', `${place}`);
    const live = [];
    await channel.subscribe((message) => live.push(message.data));
    for (let place = 5; place < 10; place += 1) await publisher.publish('after', `${place}`);
    await until(() => live.length === 5);
    const before = await all(await channel.history({ untilAttach: true, limit: 2 }));
    assert.deepStrictEqual([...before.map((message) => message.data).reverse(), ...live], [...'0123456789']);
  },

  async 'rewind by count and by time'() {
    const name = fresh();
    const publisher = rest().channels.get(name);
    for (let place = 0; place < 5; place += 1) await publisher.publish('token', `${place}`);
    for (const [rewind, expected] of [['2', '34'], ['1m', '01234']]) {
      const seen = [];
      await realtime().channels.get(name, { params: { rewind } }).subscribe((message) => seen.push(message.data));
      await until(() => seen.length === expected.length);
      assert.deepStrictEqual(seen, [...expected]);
    }
  },

  async 'a message with the id of another is no second message'() {
    const name = fresh();
    const seen = [];
    const channel = realtime().channels.get(name);
    await channel.subscribe((message) => seen.push(message.data));
    const [first, again] = await Promise.all(['one', 'two'].map((data) => channel.publish({ id: 'same', data })));
    const rested = await rest().channels.get(name).publish({ id: 'same', data: 'three' });
    await channel.publish({ data: 'last' });
    await until(() => seen.includes('last'));
    assert.deepStrictEqual(seen, ['one', 'last']);
    assert.deepStrictEqual([again.serials, rested.serials], [first.serials, first.serials]);
  },

  async 'what is refused'() {
    const channel = realtime({ clientId: 'ana' }).channels.get(fresh());
    await refused(channel.publish({ data: 'x', clientId: 'ben' }), 40012);
    await refused(rest().channels.get(fresh()).publish('x', 'y'.repeat(70000)), 40009);
    await refused(channel.publish('x', 'y'.repeat(70000)), 40009);
    await refused(realtime().channels.get(':no').attach(), 40010);
    await channel.publish('still', 'alive');
  },
});
