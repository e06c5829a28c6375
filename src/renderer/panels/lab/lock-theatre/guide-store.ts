import { GUIDE, type GuideAction } from './guide.ts';
import * as actions from './theatre-actions.ts';
import { useTheatre } from './theatre-store.ts';

/** Time to read what a step has shown, before the next one begins by itself. */
const READING_MS = 3_000;

const set = useTheatre.setState;
const get = useTheatre.getState;

/** From the first step, with a fresh scene. */
export async function playGuide(): Promise<void> {
  if (get().phase === 'on' && !(await actions.endScene())) return;
  if (!(await actions.beginScene())) return;
  set({ guideAt: 0, isAuto: false });
}

/** Whoever takes over plays on from here, freely. */
export function leaveGuide(): void {
  set({ guideAt: undefined, isAuto: false, isWaiting: false });
}

export function playByItself(isAuto: boolean): void {
  set({ isAuto });
  // A step that is under way goes on by itself afterwards.
  if (isAuto && !get().isWaiting) void goOn();
}

export async function nextGuideStep(): Promise<void> {
  await takeStep();
  await goOn();
}

/** Takes the step that comes next, and waits for what it leads to. */
async function takeStep(): Promise<void> {
  const { guideAt } = get();
  const step = guideAt === undefined ? undefined : GUIDE[guideAt];
  if (step === undefined || guideAt === undefined) return;
  set({ isWaiting: true });
  await perform(step.action);
  await comesTrue(step.isDone, guideAt);
  set(({ guideAt: now }) => ({ isWaiting: false, guideAt: now === guideAt ? guideAt + 1 : now }));
}

let isPlaying = false;

async function goOn(): Promise<void> {
  if (isPlaying) return;
  isPlaying = true;
  while (get().isAuto && get().guideAt !== undefined) {
    await new Promise((resolve) => setTimeout(resolve, READING_MS));
    if (get().isAuto) await takeStep();
  }
  isPlaying = false;
}

async function perform(action: GuideAction): Promise<void> {
  switch (action.kind) {
    case 'acquire':
      return actions.acquire(action.who);
    case 'sleep':
      return actions.sleep(action.who);
    case 'wake':
      return actions.wake(action.who);
    case 'write':
      return actions.write(action.who);
    case 'writeBelow':
      return actions.writeBelow(action.who);
    case 'look':
      return actions.look(action.who);
    case 'wait':
      return;
    case 'end':
      await actions.endScene();
  }
}

/** Until it has come true, or the guide was left. */
function comesTrue(isDone: (typeof GUIDE)[number]['isDone'], guideAt: number): Promise<void> {
  if (isDone(get())) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = useTheatre.subscribe((state) => {
      if (!isDone(state) && state.guideAt === guideAt) return;
      stop();
      resolve();
    });
  });
}
