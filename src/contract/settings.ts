import * as z from 'zod';
import { reading } from './procedure.ts';

/** One setting in effect, for people to read; it was given at start. */
export const settingSchema = z.object({
  group: z.enum(['addresses', 'timeouts', 'membership', 'storage', 'security', 'limits']),
  name: z.string(),
  value: z.string().describe('As people write it, with its unit.'),
  isDefault: z.boolean(),
  help: z.string().describe('One sentence: what it means.'),
  flag: z.string().describe('How it is set at the next start; empty: only in the code.'),
});
export type Setting = z.infer<typeof settingSchema>;

export const settingsContract = {
  list: reading
    .route({
      method: 'GET',
      path: '/settings',
      summary: 'List settings in effect',
      description: 'They were given when this agent was started.',
      tags: ['settings'],
    })
    .output(z.object({ settings: z.array(settingSchema) })),
};
