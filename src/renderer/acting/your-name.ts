import { useState } from 'react';

const KEY = 'synod.yourName';

/** How the person at this page calls itself where the record keeps who did something; remembered for the next time. */
export function useYourName(): readonly [string, (name: string) => void] {
  const [name, setName] = useState(() => localStorage.getItem(KEY) ?? '');
  const change = (next: string): void => {
    setName(next);
    localStorage.setItem(KEY, next);
  };
  return [name, change];
}
