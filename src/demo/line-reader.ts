import type { Socket } from 'node:net';
import { LINE_BYTES_MAX } from './control-protocol.ts';

/** Calls back with each line; a line without an end is cut off with the connection. */
export function readLines(socket: Socket, onLine: (line: string) => void): void {
  let held = '';
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    held += text;
    let end = held.indexOf('\n');
    while (end >= 0) {
      const line = held.slice(0, end);
      held = held.slice(end + 1);
      onLine(line);
      end = held.indexOf('\n');
    }
    if (held.length > LINE_BYTES_MAX) socket.destroy();
  });
}
