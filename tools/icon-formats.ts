import { crc32, deflateSync } from 'node:zlib';

/** Images by their size. */
type Pngs = ReadonlyMap<number, Buffer>;

/** PNG (W3C), 8 bits each of red, green, blue and alpha. */
export function png(pixels: Buffer, sizePx: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(sizePx, 0);
  header.writeUInt32BE(sizePx, 4);
  // Bit depth 8, colour type 6: true colour with alpha.
  header.set([8, 6], 8);
  const stride = sizePx * 4;
  const rows = Buffer.alloc((stride + 1) * sizePx);
  // Each row begins with its filter; 0 is none.
  for (let y = 0; y < sizePx; y++) pixels.copy(rows, y * (stride + 1) + 1, y * stride, (y + 1) * stride);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = deflateSync(rows, { level: 9 });
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}

/** Apple's container: a type for each size, PNG inside. */
const ICNS_TYPES: readonly (readonly [type: string, sizePx: number])[] = [
  ['icp4', 16],
  ['icp5', 32],
  ['ic12', 64],
  ['ic07', 128],
  ['ic08', 256],
  ['ic09', 512],
  ['ic10', 1024],
];

export function icns(pngs: Pngs): Buffer {
  const entries = ICNS_TYPES.map(([type, sizePx]) => icnsPart(type, pngs.get(sizePx)!));
  return icnsPart('icns', Buffer.concat(entries));
}

function icnsPart(type: string, data: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(type, 'latin1');
  head.writeUInt32BE(data.length + head.length, 4);
  return Buffer.concat([head, data]);
}

/** Of Windows: a directory of 16 bytes per image, then the images, as PNG. */
export function ico(pngs: Pngs): Buffer {
  const images = [...pngs].filter(([sizePx]) => sizePx <= 256);
  const head = Buffer.alloc(6 + 16 * images.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(images.length, 4);
  let offset = head.length;
  images.forEach(([sizePx, data], index) => {
    const at = 6 + 16 * index;
    // 0 stands for 256.
    head.set([sizePx % 256, sizePx % 256], at);
    head.writeUInt16LE(1, at + 4);
    head.writeUInt16LE(32, at + 6);
    head.writeUInt32LE(data.length, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += data.length;
  });
  return Buffer.concat([head, ...images.map(([, data]) => data)]);
}
