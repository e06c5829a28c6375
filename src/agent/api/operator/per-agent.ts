import type { OperatorPorts } from './ports.ts';

/** Something that is kept for one agent, as long as that agent is: in the desktop app a later one may take its place. */
export function perAgent<T>(make: (ports: OperatorPorts) => T): (ports: OperatorPorts) => T {
  const made = new WeakMap<OperatorPorts, T>();
  return (ports) => {
    const known = made.get(ports);
    if (known !== undefined) return known;
    const fresh = make(ports);
    made.set(ports, fresh);
    return fresh;
  };
}
