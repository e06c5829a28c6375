export interface ReadOnlySwitch {
  readonly isOn: boolean;
  /** Given at start: only a restart without the flag changes it. */
  readonly isFixed: boolean;
  set(on: boolean): void;
  /** Calls once: when it is switched on, at once when it is on. Returns how to hear of it no more. */
  whenOn(listener: () => void): () => void;
}

export function readOnlySwitch(isFixed: boolean): ReadOnlySwitch {
  const listeners = new Set<() => void>();
  let isOn = isFixed;
  return {
    get isOn() {
      return isOn;
    },
    isFixed,
    set(on) {
      isOn = on || isFixed;
      if (!isOn) return;
      for (const listener of listeners) listener();
      listeners.clear();
    },
    whenOn(listener) {
      if (isOn) listener();
      else listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
