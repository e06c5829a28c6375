import { useEffect } from 'react';
import { followSlot } from '../../navigation/followed-slot.ts';
import { replaceQuery, useNavigation } from '../../navigation/navigation-store.ts';
import { PanelHeader } from '../../ui/panel-header.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { TableView } from './log/table-view.tsx';
import { messageLog } from './messages-instances.ts';
import { SequenceView } from './sequence/sequence-view.tsx';

type View = 'table' | 'sequence';

/** Every message of an agent as a table, or those of all participants as a sequence. */
export function MessagesPanel() {
  const view: View = useNavigation(({ query }) => (query.view === 'sequence' ? 'sequence' : 'table'));
  const slot = useNavigation(({ query }) => Number(query.slot) || 0);
  const agent = useNavigation(({ query }) => query.agent ?? '');
  // A link names them; the table keeps them until another one does.
  useEffect(() => {
    messageLog.setFilter({ slot, agent });
    if (slot !== 0) followSlot(slot);
  }, [slot, agent]);
  return (
    <>
      <PanelHeader
        title="Messages"
        about={view === 'table' ? 'what one agent says and hears' : 'what all participants say to each other'}
      >
        <Segmented<View>
          label="View"
          value={view}
          choices={[
            { value: 'table', label: 'Table' },
            { value: 'sequence', label: 'Sequence' },
          ]}
          onChange={(next) => replaceQuery({ view: next === 'table' ? '' : next })}
        />
      </PanelHeader>
      {view === 'table' ? <TableView /> : <SequenceView />}
    </>
  );
}
