/**
 * Runs pure code with the clock and randomness out of reach: reading either throws. For tests; synchronous, and puts
 * everything back. A date made from a given text or number is pure and stays possible.
 */
export function underPurityGuard<T>(run: () => T): T {
  const { Date: realDate, performance, crypto } = globalThis;
  const realRandom = Math.random;
  globalThis.Date = guarded(realDate);
  // Beside the methods of the prototypes, so that deleting them brings those back.
  performance.now = () => refuse('performance.now()');
  crypto.randomUUID = () => refuse('crypto.randomUUID()');
  Math.random = () => refuse('Math.random()');
  try {
    return run();
  } finally {
    globalThis.Date = realDate;
    Reflect.deleteProperty(performance, 'now');
    Reflect.deleteProperty(crypto, 'randomUUID');
    Math.random = realRandom;
  }
}

function guarded(realDate: DateConstructor): DateConstructor {
  return new Proxy(realDate, {
    construct: (target, args, newTarget) => {
      if (args.length === 0) return refuse('new Date()');
      return Reflect.construct(target, args, newTarget) as object;
    },
    apply: () => refuse('Date()'),
    get: (target, name, receiver) => {
      if (name === 'now') return () => refuse('Date.now()');
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
}

function refuse(what: string): never {
  throw new Error(`a mapping is pure: it must not use ${what}; what it needs to know of time is in the event`);
}
