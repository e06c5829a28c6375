export interface Flag {
  /** In kebab-case, without dashes in front. Underscores work as well. */
  readonly name: string;
  readonly short?: string;
  /** A switch takes no value. A duration is `500ms`, `60s`, `5m` or `1h`. */
  readonly kind: 'switch' | 'text' | 'number' | 'duration' | 'choice';
  /** What the value stands for in the help: `HOST:PORT`. */
  readonly placeholder?: string;
  readonly choices?: readonly string[];
  readonly repeatable?: boolean;
  readonly help: string;
}

/** The command line is wrong: said in one line. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
