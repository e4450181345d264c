const assert = require('node:assert');
const { fresh, main, realtime, refused, relay, rest, until } = require('./shared');

const who = (members) => members.map((member) => [member.clientId, member.data]).sort();

main({
  async 'enter, update and leave are seen, by those who are there and by those who come'() {
    const name = fresh();
    const events = [];
    const ana = realtime({ clientId: 'ana' }).channels.get(name);
    const ben = realtime({ clientId: 'ben' }).channels.get(name);
    await ana.presence.subscribe((event) => events.push([event.action, event.clientId, event.data]));
    await ana.presence.enter({ role: 'viewer' });
    await ben.presence.enter('agent');
    await ben.presence.update('busy');
    await until(() => events.length === 3);
    const late = realtime().channels.get(name);
    assert.deepStrictEqual(who(await late.presence.get()), [['ana', { role: 'viewer' }], ['ben', 'busy']]);
    const listed = await rest().channels.get(name).presence.get({ clientId: 'ben' });
    assert.deepStrictEqual(who(listed.items), [['ben', 'busy']]);
    await ben.presence.leave();
    await ana.presence.leave();
    await until(() => events.length === 5);
    assert.deepStrictEqual(events, [
      ['enter', 'ana', { role: 'viewer' }], ['enter', 'ben', 'agent'], ['update', 'ben', 'busy'], ['leave', 'ben', 'busy'], ['leave', 'ana', { role: 'viewer' }],
    ]);
    await until(async () => (await late.presence.get()).length === 0);
  },

  async 'who has closed has left, who was cut off has not'() {
    const name = fresh();
    const wire = await relay();
    const events = [];
    const viewer = realtime().channels.get(name);
    await viewer.presence.subscribe((event) => events.push(`${event.action} ${event.clientId}`));
    const closing = realtime({ clientId: 'closing' });
    const cut = realtime({ clientId: 'cut', port: wire.port });
    await closing.channels.get(name).presence.enter();
    await cut.channels.get(name).presence.enter();
    wire.cut();
    await until(() => cut.connection.state !== 'connected');
    closing.close();
    await until(() => events.includes('leave closing'));
    wire.mend();
    await until(() => cut.channels.get(name).state === 'attached' && cut.connection.state === 'connected');
    await cut.channels.get(name).presence.update('back');
    await until(() => events.includes('update cut'));
    assert.ok(!events.includes('leave cut'), events.join());
    assert.deepStrictEqual(who(await viewer.presence.get()), [['cut', 'back']], events.join());
    cut.close();
    wire.close();
  },

  async 'many members arrive by sync'() {
    const name = fresh();
    const channel = realtime().channels.get(name);
    const names = Array.from({ length: 250 }, (_, place) => `member-${place}`);
    await Promise.all(names.map((clientId) => channel.presence.enterClient(clientId, 'here')));
    const members = await realtime().channels.get(name).presence.get();
    assert.deepStrictEqual(members.map((member) => member.clientId).sort(), names.sort());
  },

  async 'nobody without a name'() {
    await refused(realtime().channels.get(fresh()).presence.enter(), 91000);
  },
});
