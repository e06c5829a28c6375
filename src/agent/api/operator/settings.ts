import type { OperatorBuilder } from './builder.ts';

export function settingsProcedures(os: OperatorBuilder) {
  return {
    list: os.settings.list.handler(({ context }) => ({ settings: [...context.reach.ports().settings()] })),
  };
}
