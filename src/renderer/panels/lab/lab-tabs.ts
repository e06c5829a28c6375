export type LabTab = 'faults' | 'arena' | 'theatre';

export const LAB_TABS: readonly { readonly value: LabTab; readonly label: string; readonly about: string }[] = [
  { value: 'faults', label: 'Faults', about: 'break links and processes of a demo cell; everything heals by itself' },
  { value: 'arena', label: 'CAS arena', about: 'clients that race on one key, step by step' },
  { value: 'theatre', label: 'Lock theatre', about: 'a holder sleeps past its lease; the token stops it' },
];

export function labTabOf(text: string | undefined): LabTab {
  return LAB_TABS.find(({ value }) => value === text)?.value ?? 'faults';
}
