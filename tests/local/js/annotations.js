const assert = require('node:assert');
const { all, fresh, main, realtime, refused, rest, until } = require('./shared');

const modes = ['PUBLISH', 'SUBSCRIBE', 'ANNOTATION_PUBLISH', 'ANNOTATION_SUBSCRIBE'];

main({
  async 'single annotations, the five summaries, and the list'() {
    const name = fresh();
    const ana = realtime({ clientId: 'ana' }).channels.get(name, { modes });
    const ben = realtime({ clientId: 'ben' }).channels.get(name);
    const single = [];
    let summary = {};
    await ana.annotations.subscribe((annotation) => single.push(annotation));
    await ben.subscribe((message) => { if (message.action === 'message.summary') summary = message.annotations.summary; });
    const { serials: [serial] } = await ana.publish('question', 'yes?');
    await ana.annotations.publish(serial, { type: 'seen:flag.v1' });
    await ana.annotations.publish(serial, { type: 'vote:unique.v1', name: 'no' });
    await ana.annotations.publish(serial, { type: 'vote:unique.v1', name: 'yes' });
    await ben.annotations.publish(serial, { type: 'vote:unique.v1', name: 'yes' });
    await ana.annotations.publish(serial, { type: 'mark:distinct.v1', name: 'x' });
    await ana.annotations.publish(serial, { type: 'star:multiple.v1', name: 's', count: 3 });
    await rest().channels.get(name).annotations.publish(serial, { type: 'hits:total.v1' });
    const expected = {
      'seen:flag.v1': { total: 1, clientIds: ['ana'], clipped: false },
      'vote:unique.v1': { yes: { total: 2, clientIds: ['ana', 'ben'], clipped: false } },
      'mark:distinct.v1': { x: { total: 1, clientIds: ['ana'], clipped: false } },
      'hits:total.v1': { total: 1 },
    };
    await until(() => summary['hits:total.v1'] && single.length === 7);
    const { 'star:multiple.v1': star, ...others } = summary;
    assert.deepStrictEqual(JSON.parse(JSON.stringify(others)), expected);
    assert.deepStrictEqual([star.s.total, { ...star.s.clientIds }], [3, { ana: 3 }]);
    single.forEach((annotation) => assert.deepStrictEqual([annotation.action, annotation.messageSerial], ['annotation.create', serial]));
    await ana.annotations.delete(serial, { type: 'seen:flag.v1' });
    await until(() => single.length === 8 && !(summary['seen:flag.v1'] || {}).total);
    const listed = await all(await rest().channels.get(name).annotations.get(serial, { limit: 3 }));
    assert.deepStrictEqual(listed.map((annotation) => annotation.type), single.map((annotation) => annotation.type));
    const message = await rest().channels.get(name).getMessage(serial);
    assert.strictEqual(message.annotations.summary['vote:unique.v1'].yes.total, 2);
  },

  async 'what is refused'() {
    const channel = realtime().channels.get(fresh());
    const { serials: [serial] } = await channel.publish('question', 'yes?');
    await refused(channel.annotations.publish(serial, { type: 'seen:flag.v1' }), 40161);
    await refused(channel.annotations.publish('nothing', { type: 'seen:total.v1' }), 40400);
  },
});
