/** `FAILED`: an agent did not start. `GONE`: nobody supervises the demo cell any more. `SILENT`: it does not answer. */
export type DemoErrorReason = 'NOT_FOUND' | 'REFUSED' | 'FAILED' | 'GONE' | 'SILENT' | 'INVALID';

/** A demo cell cannot do what it was asked for; the message is for a person. */
export class DemoError extends Error {
  readonly reason: DemoErrorReason;

  constructor(reason: DemoErrorReason, message: string) {
    super(message);
    this.name = 'DemoError';
    this.reason = reason;
  }
}
