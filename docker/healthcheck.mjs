// For container engines: exit 0 when this container's service answers GET /health. /ready would be wrong here: a service that
// waits for Postgres or Kafka is not ready, and a restart would not help it.
const { CAUSEWAY_HOST: host = '127.0.0.1', CAUSEWAY_PORT: port = '8080' } = process.env;
const address = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
try {
  const response = await fetch(`http://${address}:${port}/health`, { signal: AbortSignal.timeout(3000) });
  process.exitCode = response.ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
