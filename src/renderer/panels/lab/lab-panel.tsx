import { replaceQuery, useNavigation } from '../../navigation/navigation-store.ts';
import { PanelHeader } from '../../ui/panel-header.tsx';
import { TabContent, Tabs } from '../../ui/tabs.tsx';
import { ArenaTab } from './cas-arena/arena-tab.tsx';
import { FaultsTab } from './faults/faults-tab.tsx';
import { LAB_TABS, type LabTab, labTabOf } from './lab-tabs.ts';
import { TheatreTab } from './lock-theatre/theatre-tab.tsx';

/** Things to try on a real cell, and to watch what becomes of them. */
export function LabPanel() {
  const tab = useNavigation(({ query }) => labTabOf(query.tab));
  return (
    <>
      <PanelHeader title="Lab" about={LAB_TABS.find(({ value }) => value === tab)!.about} />
      <Tabs<LabTab>
        label="Lab"
        value={tab}
        tabs={LAB_TABS}
        onChange={(next) => replaceQuery({ tab: next === 'faults' ? '' : next })}
      >
        <TabContent value="faults">
          <FaultsTab />
        </TabContent>
        <TabContent value="arena">
          <ArenaTab />
        </TabContent>
        <TabContent value="theatre">
          <TheatreTab />
        </TabContent>
      </Tabs>
    </>
  );
}
