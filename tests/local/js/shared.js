// What the programs beside this file share: `node PROGRAM.js HOST PORT KEY json|msgpack`.
//
// A program is a list of cases, run one after another; it ends with 0 when all of them hold.

const net = require('node:net');
const Ably = require('ably');

const [host, port, key, format] = process.argv.slice(2);
const address = { endpoint: host, port: Number(port), tls: false, useBinaryProtocol: format === 'msgpack' };
const DEADLINE = 15000;
const open = [];

function realtime(options = {}) {
  const credential = options.authCallback || options.token ? {} : { key };
  const client = new Ably.Realtime({ ...address, ...credential, disconnectedRetryTimeout: 100, ...options });
  open.push(client);
  return client;
}

function rest(options = {}) {
  return new Ably.Rest({ ...address, ...(options.token ? {} : { key }), ...options });
}

// A channel's name that no other case and no other run uses.
let count = 0;
function fresh(prefix = 'js') {
  count += 1;
  return `${prefix}:${process.pid}-${count}`;
}

async function until(predicate, what) {
  const end = Date.now() + DEADLINE;
  while (!(await predicate())) {
    if (Date.now() > end) throw new Error(`not in time: ${what || predicate}`);
    await new Promise((resolve) => { setTimeout(resolve, 5); });
  }
}

async function refused(promise, code) {
  const error = await promise.then(() => null, (reason) => reason);
  if (!error || error.code !== code) throw new Error(`expected an error ${code}, got ${error && error.code}: ${error}`);
}

// Every item of a paginated result.
async function all(page) {
  const items = [...page.items];
  for (let next = page; next.hasNext();) {
    next = await next.next();
    items.push(...next.items);
  }
  return items;
}

// A relay to the server whose connections can be cut.
async function relay() {
  const sockets = new Set();
  let passing = true;
  const server = net.createServer((near) => {
    if (!passing) { near.destroy(); return; }
    const far = net.connect(Number(port), host);
    [near, far].forEach((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => { sockets.delete(socket); near.destroy(); far.destroy(); });
    });
    near.pipe(far).pipe(near);
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    port: server.address().port,
    cut() { passing = false; sockets.forEach((socket) => socket.destroy()); },
    mend() { passing = true; },
    close() { server.close(); this.cut(); },
  };
}

async function main(cases) {
  for (const [name, run] of Object.entries(cases)) {
    try {
      await run();
    } catch (error) {
      console.error(`${name} (${format}):`, error);
      process.exit(1);
    }
  }
  open.forEach((client) => client.close());
  process.exit(0);
}

module.exports = { Ably, all, fresh, key, main, realtime, refused, relay, rest, until };
