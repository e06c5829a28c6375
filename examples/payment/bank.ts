import { createServer } from 'node:http';

/**
 * A resource outside of the cell: a bank that pays whenever it is asked to. To whoever sends an idempotency key, a repeat is
 * answered with the receipt of the first time.
 *
 *   node examples/payment/bank.ts
 */
const book: { receipt: number; order: string; key: string | undefined }[] = [];

const server = createServer((request, response) => {
  const order = new URL(request.url ?? '/', 'http://bank').searchParams.get('order') ?? '';
  if (request.method !== 'POST') {
    response.end(JSON.stringify(book.filter((entry) => entry.order === order)));
    return;
  }
  const key = request.headers['idempotency-key']?.toString();
  let entry = key === undefined ? undefined : book.find((before) => before.key === key);
  if (entry === undefined) {
    entry = { receipt: book.length + 1, order, key };
    book.push(entry);
  }
  response.end(`receipt ${entry.receipt}`);
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') console.log(`http://127.0.0.1:${address.port}`);
});
