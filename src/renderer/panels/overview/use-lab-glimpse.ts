import { useState } from 'react';
import type { DemoState } from '../../../contract/index.ts';
import { useFollow } from '../../connection/follow.ts';
import { useLoad } from '../../connection/load.ts';
import { type LabGlimpse, NOTHING_SEEN, seen } from './lab-cause.ts';

/** The faults of this cell as they come and go, if it is a demo cell: any other is asked once, and no stream is opened. */
export function useLabGlimpse(isNeeded: boolean): LabGlimpse {
  const { data } = useLoad((client, signal) => client.demo.state(undefined, { signal }), [], isNeeded);
  const [lab, setLab] = useState(NOTHING_SEEN);
  useFollow<DemoState>(
    {
      open: (client, signal) => client.demo.watch(undefined, { signal }),
      onEvent: (demo) => setLab((before) => seen(before, demo, Date.now())),
    },
    [],
    isNeeded && data?.isDemo === true,
  );
  return lab;
}
