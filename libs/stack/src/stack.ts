/** Postgres and Kafka, however they came about. */
export interface Stack {
  readonly provider: 'environment' | 'docker' | 'embedded';
  /** Which of the two came by an address of the environment: others may use it too, and it outlives this stack. */
  readonly shared: { readonly postgres: boolean; readonly kafka: boolean };
  /** URL of a superuser in the database `postgres`: databases may be created and dropped. */
  readonly postgresUrl: string;
  readonly kafkaBrokers: readonly string[];
  /** Stops what was started here and removes its temporary folder; does nothing to servers of the environment. */
  stop(): Promise<void>;
}

/** Tells a person what takes time. */
export type Progress = (message: string) => void;
