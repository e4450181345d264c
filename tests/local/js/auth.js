const assert = require('node:assert');
const { fresh, main, realtime, refused, rest, until } = require('./shared');

const request = (params) => rest().auth.requestToken(params);

main({
  async 'a token holds what was asked for, for as long as was asked for'() {
    const name = fresh('ours');
    const details = await request({ clientId: 'ana', ttl: 60000, capability: { [name]: ['subscribe', 'publish'] } });
    assert.strictEqual(details.expires - details.issued, 60000);
    const client = realtime({ token: details.token });
    await client.channels.get(name).publish('x', 'y');
    assert.strictEqual(client.auth.clientId, 'ana');
    await refused(client.channels.get('others').attach(), 40160);
    await refused(client.channels.get(name).presence.enter(), 40160);
    await refused(rest({ token: details.token }).channels.get(name).history(), 40160);
  },

  async 'authorize changes the rights of a living connection'() {
    const name = fresh('ours');
    const capabilities = [{ [name]: ['subscribe'] }, { [name]: ['subscribe', 'publish'] }, { other: ['*'] }];
    const client = realtime({
      authCallback(params, callback) {
        request({ ...params, capability: capabilities.shift() }).then((token) => callback(null, token), callback);
      },
    });
    const channel = client.channels.get(name);
    await channel.attach();
    const { id } = client.connection;
    await refused(channel.publish('x', 'y'), 40160);
    await client.auth.authorize();
    await channel.setOptions({ modes: ['SUBSCRIBE', 'PUBLISH'] });
    await channel.publish('x', 'y');
    await client.auth.authorize();
    await until(() => channel.state === 'failed');
    assert.strictEqual(channel.errorReason.code, 40160);
    assert.deepStrictEqual([client.connection.id, client.connection.state], [id, 'connected']);
  },

  async 'a token that has run out is replaced'() {
    let asked = 0;
    const client = realtime({
      authCallback(params, callback) {
        asked += 1;
        request({ ...params, ttl: asked === 1 ? 1000 : 60000 }).then((token) => callback(null, token), callback);
      },
    });
    const name = fresh();
    await client.channels.get(name).attach();
    await until(() => asked === 2);
    await client.channels.get(name).publish('x', 'y');
    assert.strictEqual(client.connection.state, 'connected');
  },

  async 'who is wrong is told so'() {
    for (const [options, code] of [[{ key: 'wrong.key:secret' }, 40101], [{ token: 'nonsense' }, 40101]]) {
      const client = realtime(options);
      await until(() => client.connection.state === 'failed');
      assert.strictEqual(client.connection.errorReason.code, code);
    }
    const { token } = await request({ clientId: 'ana' });
    await refused(rest({ token }).channels.get(fresh()).publish({ data: 'x', clientId: 'ben' }), 40012);
  },
});
