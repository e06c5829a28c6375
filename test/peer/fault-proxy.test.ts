// Guards the proxy that integration tests put between real processes: what it holds back arrives later, whole and in
// order, and what it loses is lost with its connection.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FaultProxy } from '../support/fault-proxy.ts';

const until = <T>(check: () => T | Promise<T>): Promise<T> => vi.waitFor(check, { timeout: 20_000, interval: 5 });

/** Answers everything with itself, and remembers what came. */
const echo = createServer((socket) => {
  targets.push(socket);
  socket.on('error', () => {});
  socket.on('data', (chunk: Buffer) => {
    arrived += chunk.toString();
    socket.write(chunk);
  });
});
const targetPort = (): number => (echo.address() as AddressInfo).port;
const targets: Socket[] = [];
let arrived = '';
let proxy: FaultProxy;
let client: Socket;
let answered = '';
let isClosed = false;

beforeEach(async () => {
  [arrived, answered, isClosed] = ['', '', false];
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  proxy = await FaultProxy.start({ host: '127.0.0.1', port: targetPort() });
  client = connect(proxy.port, '127.0.0.1');
  client.on('error', () => {});
  client.on('data', (chunk: Buffer) => {
    answered += chunk.toString();
  });
  client.on('close', () => {
    isClosed = true;
  });
  client.write('0');
  await until(() => expect(answered).toBe('0'));
});

afterEach(async () => {
  client.destroy();
  for (const socket of targets.splice(0)) socket.destroy();
  await proxy.close();
  await new Promise<void>((resolve) => echo.close(() => resolve()));
});

test('a cut holds both directions back, and heals without loss', async () => {
  proxy.cut();
  client.write('1');
  client.write('2');
  proxy.heal();
  client.write('3');
  await until(() => expect(answered).toBe('0123'));
});

test('a one-way cut lets the other direction pass', async () => {
  proxy.cut('fromTarget');
  client.write('1');
  await until(() => expect(arrived).toBe('01'));
  expect(answered).toBe('0');
  proxy.heal();
  await until(() => expect(answered).toBe('01'));
});

test('a delay holds one direction back, in order', async () => {
  proxy.delay(3_600_000, 'toTarget');
  for (const digit of '12') client.write(digit);
  for (const socket of targets) socket.write('back');
  await until(() => expect(answered).toBe('0back'));
  expect(arrived).toBe('0');
  proxy.delay(1, 'toTarget');
  for (const digit of '345') client.write(digit);
  await until(() => expect(answered).toBe('0back12345'));
});

test('dropped connections are reset on both sides, and new ones are taken', async () => {
  proxy.dropConnections();
  await until(() => expect(isClosed).toBe(true));
  expect(proxy.connections).toBe(0);
  const again = connect(proxy.port, '127.0.0.1');
  again.write('x');
  await until(() => expect(arrived).toBe('0x'));
  again.destroy();
});

test('refused are new connections until it heals', async () => {
  proxy.refuse();
  const refused = connect(proxy.port, '127.0.0.1');
  await new Promise<void>((resolve) => {
    refused.on('error', () => {});
    refused.on('close', () => resolve());
  });
  proxy.heal();
  const taken = connect(proxy.port, '127.0.0.1');
  taken.write('y');
  await until(() => expect(arrived).toBe('0y'));
  taken.destroy();
});

test('half open: the target is gone, and only silence tells the client', async () => {
  proxy.halfOpen();
  await until(() => expect(targets[0]!.destroyed).toBe(true));
  client.write('1');
  expect(isClosed).toBe(false);
  expect(arrived).toBe('0');
});

test('a cut from one source holds its connections back and no others, also those that are made later', async () => {
  const naming = await FaultProxy.start({ host: '127.0.0.1', port: targetPort() }, 0, (said) =>
    ['ann', 'ben'].find((name) => said.includes(name)),
  );
  const clients = ['ann', 'ben'].map((name) => {
    const socket = connect(naming.port, '127.0.0.1');
    const heard = { socket, text: '' };
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      heard.text += chunk.toString();
    });
    socket.write(name);
    return heard;
  });
  const [ann, ben] = clients as [(typeof clients)[0], (typeof clients)[0]];
  await until(() => expect(clients.map(({ text }) => text)).toEqual(['ann', 'ben']));
  naming.cutFrom('ann');
  ann.socket.write('1');
  ben.socket.write('2');
  await until(() => expect(ben.text).toBe('ben2'));
  expect(ann.text).toBe('ann');
  expect(arrived).not.toContain('1');
  naming.heal();
  await until(() => expect(ann.text).toBe('ann1'));
  for (const { socket } of clients) socket.destroy();
  await naming.close();
});
