import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export { Counter, Gauge, Histogram, Registry };

/** One registry a process: names start with `causeway_`, times are in seconds. */
export function createRegistry(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}

export function counter(registry: Registry, name: string, rest: { help: string; labelNames?: string[] }): Counter {
  return new Counter({ name: `causeway_${name}`, registers: [registry], ...rest });
}

export function gauge(registry: Registry, name: string, rest: { help: string; labelNames?: string[] }): Gauge {
  return new Gauge({ name: `causeway_${name}`, registers: [registry], ...rest });
}

/** Seconds. Buckets reach from a millisecond to a minute. */
export function histogram(registry: Registry, name: string, rest: { help: string; labelNames?: string[] }): Histogram {
  const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
  return new Histogram({ name: `causeway_${name}`, registers: [registry], buckets, ...rest });
}
