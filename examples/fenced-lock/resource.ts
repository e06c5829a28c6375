import { createServer } from 'node:http';

/**
 * A resource outside of the cell that checks fencing tokens: a store that remembers the highest token it has seen and
 * refuses lower ones. Any resource can do this that can compare a number with one it keeps beside its data.
 *
 *   node examples/fenced-lock/resource.ts
 */
let highestToken = 0;
const lines: string[] = [];

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://resource');
  if (request.method !== 'POST') {
    response.end(JSON.stringify({ highestToken, lines }));
    return;
  }
  const token = Number(url.searchParams.get('token'));
  // The comparison and the write are one step here. In a database they belong into one transaction.
  if (token < highestToken) {
    response.writeHead(409).end(`token ${token} is stale: token ${highestToken} was seen already`);
    return;
  }
  highestToken = token;
  lines.push(`${token} ${url.searchParams.get('line')}`);
  response.end('written');
});

server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') console.log(`http://127.0.0.1:${address.port}`);
});
