/** Guards what comes in by `synod://` links, which anybody can make: only addresses get through, and few of them. */
import { describe, expect, it } from 'vitest';
import { linkAmong, readLink } from '../../src/main/link.ts';

describe('a link', () => {
  it('names the agents to join through', () => {
    expect(readLink('synod://join?peer=10.0.0.1:50101&peer=[fe80::1]:50102&peer=a.example:1')).toEqual({
      peers: ['10.0.0.1:50101', '[fe80::1]:50102', 'a.example:1'],
      text: 'A link asks to join the cell of 10.0.0.1:50101, [fe80::1]:50102, a.example:1.',
    });
  });

  it('names each agent once', () => {
    expect(readLink('synod://join/?peer=a:1&peer=a:1')?.peers).toEqual(['a:1']);
  });

  it.each([
    ['another scheme', 'https://join?peer=a:1'],
    ['another action', 'synod://remove?peer=a:1'],
    ['a path', 'synod://join/now?peer=a:1'],
    ['a user', 'synod://user@join?peer=a:1'],
    ['a password', 'synod://user:word@join?peer=a:1'],
    ['a port', 'synod://join:80?peer=a:1'],
    ['a fragment', 'synod://join?peer=a:1#b'],
    ['no agent', 'synod://join'],
    ['another parameter', 'synod://join?peer=a:1&insecure=true'],
    ['a flag instead of an address', 'synod://join?peer=--insecure'],
    ['an address without a port', 'synod://join?peer=a'],
    ['an address without a host', 'synod://join?peer=:1'],
    ['port 0', 'synod://join?peer=a:0'],
    ['a port beyond the last', 'synod://join?peer=a:65536'],
    ['spaces', 'synod://join?peer=a:1 b:2'],
    ['an encoded line break', 'synod://join?peer=a%0Ab:1'],
    ['markup', 'synod://join?peer=%3Cb%3E:1'],
    ['a good address beside a bad one', 'synod://join?peer=a:1&peer=b'],
    [
      'more agents than a cell has',
      `synod://join?${Array.from({ length: 17 }, (_, n) => `peer=a:${n + 1}`).join('&')}`,
    ],
    ['more text than anybody needs', `synod://join?peer=${'a'.repeat(2_048)}:1`],
    ['a host longer than names are', `synod://join?peer=${'a'.repeat(254)}:1`],
    ['nothing', ''],
  ])('with %s is refused', (_what, text) => {
    expect(readLink(text)).toBeUndefined();
  });

  it.each([[undefined], [null], [7], [{}], [['synod://join?peer=a:1']]])('that is %j is refused', (value) => {
    expect(readLink(value)).toBeUndefined();
  });

  it('is found among the arguments of a program', () => {
    expect(linkAmong(['--flag', 'file', 'SYNOD://join?peer=a:1'])).toBe('SYNOD://join?peer=a:1');
    expect(linkAmong(['--state-dir', '/synod:/x'])).toBeUndefined();
  });
});
