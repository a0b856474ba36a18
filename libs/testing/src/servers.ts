/** Superuser URL of the Postgres that the test run provides. */
export function postgresUrl(): string {
  return given('CAUSEWAY_POSTGRES_URL');
}

/** Brokers of the Kafka that the test run provides. */
export function kafkaBrokers(): string[] {
  return given('CAUSEWAY_KAFKA_BROKERS').split(',');
}

function given(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`these tests need ${name}; npm test sets it`);
  return value;
}
