import type { Setting } from '../../../contract/index.ts';

export interface SettingGroup {
  readonly id: Setting['group'];
  readonly title: string;
  readonly settings: readonly Setting[];
}

const TITLES: Readonly<Record<Setting['group'], string>> = {
  addresses: 'Addresses',
  membership: 'Membership',
  timeouts: 'Timeouts',
  storage: 'Storage',
  limits: 'Limits',
  security: 'Security',
};

/** In the order of the titles; what does not match is left out, and so is a group without a match. */
export function groupSettings(settings: readonly Setting[], search: string): readonly SettingGroup[] {
  const words = search.toLowerCase().split(/\s+/);
  return (Object.keys(TITLES) as Setting['group'][])
    .map((id) => ({
      id,
      title: TITLES[id],
      settings: settings.filter((setting) => setting.group === id && matches(setting, words)),
    }))
    .filter((group) => group.settings.length > 0);
}

function matches({ name, value, help, flag }: Setting, words: readonly string[]): boolean {
  const text = `${name} ${value} ${help} ${flag}`.toLowerCase();
  return words.every((word) => text.includes(word));
}
