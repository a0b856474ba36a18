import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { counter, gauge, histogram } from './metrics.ts';

type Labels = Readonly<Record<string, string>>;

/** A counter whose fixed labels are set: callers give the others, if it has any. */
export interface LabelledCounter {
  inc(value?: number): void;
  inc(labels: Labels, value?: number): void;
}

export interface LabelledGauge {
  set(value: number): void;
  set(labels: Labels, value: number): void;
}

export interface LabelledHistogram {
  observe(seconds: number): void;
  /** Call what it returns at the end. */
  startTimer(): () => number;
}

interface Declaration {
  readonly help: string;
  readonly labelNames?: string[];
}

/** Metrics of one registry in which several of a kind share each name, told apart by fixed labels such as `source`. */
export interface LabelledMetrics {
  readonly counter: (registry: Registry, name: string, rest: Declaration) => LabelledCounter;
  readonly gauge: (registry: Registry, name: string, rest: Declaration) => LabelledGauge;
  readonly histogram: (registry: Registry, name: string, rest: Declaration) => LabelledHistogram;
}

/** The same functions as those without labels; a name that the registry has already is used again. */
export function labelledMetrics(fixed: Labels): LabelledMetrics {
  const withFixed = ({ labelNames = [], help }: Declaration) => ({
    help,
    labelNames: [...labelNames, ...Object.keys(fixed)],
  });
  const known = (registry: Registry, name: string): unknown => registry.getSingleMetric(`causeway_${name}`);
  return {
    counter: (registry, name, rest) => {
      const found = known(registry, name);
      const metric = found instanceof Counter ? found : counter(registry, name, withFixed(rest));
      // A series that is there from the start can be told from a service that does not have it.
      if (rest.labelNames === undefined) metric.inc({ ...fixed }, 0);
      return {
        inc: (first?: Labels | number, second?: number): void =>
          typeof first === 'object' ? metric.inc({ ...first, ...fixed }, second) : metric.inc({ ...fixed }, first),
      };
    },
    gauge: (registry, name, rest) => {
      const found = known(registry, name);
      const metric = found instanceof Gauge ? found : gauge(registry, name, withFixed(rest));
      if (rest.labelNames === undefined) metric.set({ ...fixed }, 0);
      return {
        set: (first: Labels | number, second?: number): void =>
          typeof first === 'object' ? metric.set({ ...first, ...fixed }, second ?? 0) : metric.set({ ...fixed }, first),
      };
    },
    histogram: (registry, name, rest) => {
      const found = known(registry, name);
      const metric = found instanceof Histogram ? found : histogram(registry, name, withFixed(rest));
      metric.zero({ ...fixed });
      return {
        observe: (seconds) => metric.observe({ ...fixed }, seconds),
        startTimer: () => metric.startTimer({ ...fixed }),
      };
    },
  };
}
