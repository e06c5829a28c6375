import { Monitor, Moon, Sun } from 'lucide-react';
import { RadioGroup } from 'radix-ui';
import { setTheme, type Theme, useAppearance } from '../../appearance/appearance-store.ts';
import { Section } from './section.tsx';

const THEMES = [
  { theme: 'system', label: 'As the system', icon: Monitor },
  { theme: 'light', label: 'Light', icon: Sun },
  { theme: 'dark', label: 'Dark', icon: Moon },
] as const;

export function Appearance() {
  const theme = useAppearance((state) => state.theme);
  return (
    <Section title="Appearance">
      <RadioGroup.Root
        aria-label="Theme"
        value={theme}
        onValueChange={(next) => setTheme(next as Theme)}
        className="grid grid-cols-[1.5fr_1fr_1fr] overflow-hidden rounded-md border border-line-strong"
      >
        {THEMES.map(({ theme: value, label, icon: Icon }) => (
          <RadioGroup.Item
            key={value}
            value={value}
            className="flex h-7 items-center justify-center gap-1.5 border-l border-line -outline-offset-2 first:border-l-0 hover:bg-hover data-[state=checked]:bg-selected data-[state=checked]:font-medium"
          >
            <Icon aria-hidden size={14} />
            {label}
          </RadioGroup.Item>
        ))}
      </RadioGroup.Root>
      <p className="mt-1 text-sm text-faint">
        Kept in this browser or window. Motion follows the settings of the system.
      </p>
    </Section>
  );
}
