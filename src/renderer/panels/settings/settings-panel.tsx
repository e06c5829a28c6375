import { PanelHeader } from '../../ui/panel-header.tsx';
import { About } from './about.tsx';
import { Appearance } from './appearance.tsx';
import { ReadOnlyMode } from './read-only-mode.tsx';
import { SettingsInEffect } from './settings-in-effect.tsx';

export function SettingsPanel() {
  return (
    <>
      <PanelHeader title="Settings" about="what this agent was started with, and how the page looks" />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="grid max-w-[1500px] grid-cols-[minmax(0,1fr)_340px] gap-6 p-3">
          <SettingsInEffect />
          <div className="flex flex-col gap-6">
            <Appearance />
            <ReadOnlyMode />
            <About />
          </div>
        </div>
      </div>
    </>
  );
}
