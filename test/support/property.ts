/**
 * The property testing library, with one seed for all: what is drawn is the same in every run, so that a run that decides
 * whether a change is accepted does not fail by luck. `SYNOD_PROPERTY_SEED=N` draws others, and `random` a new one for each property.
 */
import fc from 'fast-check';

const SEED = 20_261;

const asked = process.env.SYNOD_PROPERTY_SEED ?? SEED;
if (asked !== 'random') fc.configureGlobal({ seed: Number(asked) });

export { fc };
