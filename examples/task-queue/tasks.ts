export const QUEUE = '/examples/tasks/queue';
export const STEPS = 12;

/** What a step of a task leaves behind: who did it. */
export const stepKey = (task: string, step: number) => `/examples/tasks/steps/${task}/${String(step).padStart(2, '0')}`;
