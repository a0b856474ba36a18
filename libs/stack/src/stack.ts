/** `in order` lets the server finish what it does; `at once` is a crash: Postgres's immediate shutdown, SIGKILL for the broker. */
export type RestartKind = 'in order' | 'at once';

/** Ends the server and starts it again on its data and its port; resolves when it is ready. */
export type Restart = (kind: RestartKind) => Promise<void>;

/** Postgres and Kafka, however they came about. */
export interface Stack {
  readonly provider: 'environment' | 'docker' | 'embedded';
  /** Which of the two came by an address of the environment: others may use it too, and it outlives this stack. */
  readonly shared: { readonly postgres: boolean; readonly kafka: boolean };
  /** URL of a superuser in the database `postgres`: databases may be created and dropped. */
  readonly postgresUrl: string;
  readonly kafkaBrokers: readonly string[];
  /** Only for servers of its own that it can restart in place: the embedded ones. */
  readonly restart: { readonly postgres?: Restart; readonly kafka?: Restart };
  /** Stops what was started here and removes its temporary folder; does nothing to servers of the environment. */
  stop(): Promise<void>;
}

/** Tells a person what takes time. */
export type Progress = (message: string) => void;
