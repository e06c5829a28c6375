/** What a client did to one register, as it saw it. Moments are positions in the order of all events of a run. */
export interface Operation {
  readonly client: string;
  readonly key: string;
  readonly kind: 'read' | 'write' | 'compareAndSet';
  /** Written value; every written value of a run is unique. Of a read: what it returned. */
  value: string;
  readonly expected: string;
  /** What a compareAndSet that failed found instead. */
  observed: string;
  /** Of a compareAndSet that is known. */
  succeeded: boolean;
  readonly invoked: number;
  /** Infinity: it was never answered; it may have had its effect at any later time, or never. */
  completed: number;
}

export class History {
  readonly operations: Operation[] = [];
  private moment = 0;

  invoke(client: string, key: string, kind: Operation['kind'], value: string, expected: string): Operation {
    this.moment += 1;
    const operation = { client, key, kind, value, expected, observed: '', succeeded: false };
    const invoked: Operation = { ...operation, invoked: this.moment, completed: Number.POSITIVE_INFINITY };
    this.operations.push(invoked);
    return invoked;
  }

  complete(operation: Operation): void {
    this.moment += 1;
    operation.completed = this.moment;
  }

  /** It certainly had no effect. */
  forget(operation: Operation): void {
    const index = this.operations.lastIndexOf(operation);
    if (index >= 0) this.operations.splice(index, 1);
  }
}
