/** Guards the paths offered while one is typed: the level that is asked, and where on it the asking begins. */

import { expect, test } from 'vitest';
import { pathQuestion, suggestionsOf } from '../../../src/renderer/frame/path-suggestions.ts';
import { fc } from '../../support/property.ts';

function item(segment: string, descendants = 0) {
  return { segment, descendants, isKey: descendants === 0, version: 1, modRevision: 1, sizeBytes: 1 };
}

test('what is no path asks nothing', () => {
  expect(pathQuestion('')).toBeUndefined();
  expect(pathQuestion('jobs')).toBeUndefined();
});

test('the level is everything before the last slash', () => {
  expect(pathQuestion('/')).toEqual({ path: '/', prefix: '', after: '' });
  expect(pathQuestion('/jo')).toMatchObject({ path: '/', prefix: 'jo' });
  expect(pathQuestion('/jobs/')).toEqual({ path: '/jobs', prefix: '', after: '' });
  expect(pathQuestion('/jobs/a/b')).toMatchObject({ path: '/jobs/a', prefix: 'b' });
});

test('the asking begins before everything that begins with the prefix, in byte order', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ unit: 'grapheme' }), (prefix, rest) => {
      fc.pre(!prefix.includes('/') && !rest.includes('/'));
      const question = pathQuestion(`/${prefix}`)!;
      const order = Buffer.compare(Buffer.from(question.after), Buffer.from(prefix + rest));
      expect(order).toBeLessThan(0);
    }),
  );
});

test('and it skips the names before: a level of any size is asked once', () => {
  const { after } = pathQuestion('/job')!;
  expect(after > 'jab').toBe(true);
  expect(after > 'joa').toBe(true);
});

test('suggestions are whole paths of what begins as typed', () => {
  const question = pathQuestion('/jobs/a')!;
  const items = [item('a1'), item('a2', 5), item('b')];
  expect(suggestionsOf(question, items)).toEqual([
    { path: '/jobs/a1', isKey: true, descendants: 0 },
    { path: '/jobs/a2', isKey: false, descendants: 5 },
  ]);
  expect(suggestionsOf(pathQuestion('/a')!, items)[0]?.path).toBe('/a1');
});
