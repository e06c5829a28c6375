/** Guards the search among settings: by name, value, meaning and flag, all words, in the order of the groups. */
import { expect, test } from 'vitest';
import type { Setting } from '../../../src/contract/index.ts';
import { groupSettings } from '../../../src/renderer/panels/settings/setting-groups.ts';

function setting(group: Setting['group'], name: string, help: string, flag = ''): Setting {
  return { group, name, value: '50 ms', isDefault: true, help, flag };
}

const SETTINGS = [
  setting('timeouts', 'Heartbeat', 'How often the leader shows itself.', '--heartbeat'),
  setting('addresses', 'gRPC', 'Where programs reach it.', '--grpc-addr'),
  setting('timeouts', 'Election', 'How long a leader may be silent.'),
];

test('without a search all are there, addresses first', () => {
  const groups = groupSettings(SETTINGS, '');
  expect(groups.map(({ title, settings }) => [title, settings.length])).toEqual([
    ['Addresses', 1],
    ['Timeouts', 2],
  ]);
});

test('every word must match somewhere, in any case', () => {
  const found = (search: string) =>
    groupSettings(SETTINGS, search).flatMap(({ settings }) => settings.map(({ name }) => name));
  expect(found('LEADER silent')).toEqual(['Election']);
  expect(found('--grpc')).toEqual(['gRPC']);
  expect(found('50 ms heart')).toEqual(['Heartbeat']);
  expect(found('nothing')).toEqual([]);
});
