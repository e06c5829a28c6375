import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Says what it has to a first instance, if one listens; synchronously, as Electron answers. */
const KNOCK = `
  const socket = require('node:net').connect(process.argv[1]);
  socket.on('error', () => process.exit(1));
  socket.on('connect', () => socket.end(process.argv[2], () => process.exit(0)));
`;

/** One instance per folder: the first listens, and is told of later ones. */
export function takeLock(folder: string, data: unknown, onSecond: (data: unknown) => void): boolean {
  // The path of a socket may be a hundred bytes long, that of a folder more.
  const path = join(tmpdir(), `synod-stand-in-${createHash('sha256').update(folder).digest('hex').slice(0, 24)}`);
  const text = JSON.stringify(data ?? null);
  if (spawnSync(process.execPath, ['-e', KNOCK, path, text]).status === 0) return false;
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    let received = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => {
      received += chunk;
    });
    socket.on('end', () => onSecond(JSON.parse(received)));
    socket.on('error', () => undefined);
  });
  server.listen(path).unref();
  process.on('exit', () => rmSync(path, { force: true }));
  return true;
}
