export {
  labelledMetrics,
  type LabelledCounter,
  type LabelledGauge,
  type LabelledHistogram,
} from './labelled.metrics.ts';
export { hideByClass, hideKey } from './field.class.ts';
export { Health, type Readiness } from './health.ts';
export { createLogger, errorFields, type Logger, type LoggerOptions } from './logger.ts';
export { Counter, Gauge, Histogram, Registry, counter, createRegistry, gauge, histogram } from './metrics.ts';
export { opsAnswer, startOpsServer, type OpsAnswer, type OpsServer, type OpsServerOptions } from './ops.server.ts';
export { Shutdown } from './shutdown.ts';
export { percentile } from './percentile.ts';
export { untilSignal } from './until.signal.ts';
export { FAULT_CHANNEL, passFaultPoint } from './fault.point.ts';
