import type { OperatorReason } from '../../../contract/index.ts';

/** A refusal by the operator API itself; the cell was not asked. `CellError` is its counterpart for what the cell says. */
export class OperatorError extends Error {
  readonly reason: OperatorReason;
  readonly effect: 'done' | 'not_done' | 'unknown';

  constructor(reason: OperatorReason, message: string, effect: OperatorError['effect'] = 'not_done') {
    super(message);
    this.name = 'OperatorError';
    this.reason = reason;
    this.effect = effect;
  }
}
