import { loadConfig, processOptions, simulatorOptions } from '#config';
import { createLogger, errorFields, Shutdown } from '#observability';
import { locationsOf } from './src/centres/data.centre.ts';
import { startSimulator } from './src/simulator.ts';

const config = readConfig();
const logger = createLogger({ service: 'simulator', level: config.logLevel });
const shutdown = new Shutdown({ logger, timeoutMs: config.shutdownTimeout });
shutdown.onSignals();
if (config.exitWithParent) shutdown.onParentGone();

try {
  const simulator = await startSimulator({
    host: config.host,
    port: config.port,
    latencyMs: config.simulatorLatency,
    clientId: config.simulatorClientId,
    clientSecret: config.simulatorClientSecret,
    refreshToken: config.simulatorRefreshToken,
    unknownFields: config.simulatorUnknownFields,
    limits: { edition: config.simulatorEdition },
    seed: config.simulatorSeed,
    dataFile: config.simulatorData,
    dataCentres: locationsOf(config.simulatorDataCentres ?? ''),
    logger,
  });
  shutdown.add('simulator', () => simulator.close());
} catch (error) {
  logger.fatal(errorFields(error), 'the simulator did not start');
  process.exit(1);
}

/** One line that says what to correct, without the stack of whoever noticed. */
function readConfig() {
  try {
    return loadConfig({ ...processOptions, ...simulatorOptions });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return process.exit(1);
  }
}
