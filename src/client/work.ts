import type { Value } from './types.ts';

// biome-ignore lint/suspicious/noConfusingVoidType: work that returns nothing is written as a function without a return.
type Result = Value | undefined | void;

/** What a program does with something that it claimed. What it returns is recorded; nothing is an empty result. */
export type Work<Claimed> = (claimed: Claimed) => Promise<Result> | Result;
