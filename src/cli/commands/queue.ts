import type { Command } from '../command.ts';
import { add } from '../queue/add.ts';
import { deleteQueue, remove, requeue } from '../queue/change.ts';
import { checkpoint } from '../queue/checkpoint.ts';
import { list, show } from '../queue/show.ts';
import { claim, work } from '../queue/work.ts';

export const queueCommand: Command = {
  name: 'queue',
  summary: 'Add entries to queues, work on them, and look after them.',
  details:
    'An entry can wait for others of its queue. It is claimed by one worker at a time; when that one dies, another continues from its last checkpoint.',
  positionals: [],
  flags: [],
  examples: [
    { command: 'synod queue add /jobs "resize a.png"', explains: 'Something to do' },
    { command: 'synod queue work /jobs -- ./do-job', explains: 'A worker; start several, on any machine' },
  ],
  subcommands: [add, claim, work, checkpoint, list, show, requeue, remove, deleteQueue],
  isClient: true,
};
