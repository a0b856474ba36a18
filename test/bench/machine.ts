import { cpus, totalmem } from 'node:os';

/** What the figures were measured on, for the table and the JSON line. */
export function machine(provider: string): {
  cpu: string;
  cores: number;
  memoryGb: number;
  node: string;
  servers: string;
} {
  const [first] = cpus();
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    node: process.version,
    servers: `${provider}, Postgres 18, Kafka 4.1`,
  };
}
