// Publishes without end and listens to itself, until a line comes on stdin; then all that was published is seen.

const assert = require('node:assert');
const readline = require('node:readline');
const { fresh, main, realtime, rest, until } = require('./shared');

main({
  async 'the server is killed and started again'() {
    const name = fresh();
    const seen = [];
    await realtime({ clientId: 'viewer' }).channels.get(name).subscribe((message) => seen.push(message.data));
    const agent = realtime().channels.get(name);
    const accepted = [];
    let going = true;
    readline.createInterface({ input: process.stdin }).once('line', () => { going = false; });
    let count = 0;
    while (going) {
      const data = `${count}`;
      count += 1;
      await agent.publish({ id: `id-${data}`, data });
      accepted.push(data);
      if (count === 50) console.log('ready');
    }
    process.stdin.destroy();
    await until(() => seen.length >= accepted.length, 'all that was accepted is delivered');
    assert.deepStrictEqual(seen, accepted);
    const history = await rest().channels.get(name).history({ direction: 'forwards', limit: 1000 });
    assert.deepStrictEqual(history.items.map((message) => message.data), accepted.slice(0, 1000));
  },
});
