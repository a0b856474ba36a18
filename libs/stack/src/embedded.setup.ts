/** What an embedded Postgres has beside the usual: for servers that are set up as those of a deployment. */
export interface PostgresSetup {
  /** By the names of postgresql.conf. */
  readonly settings: Readonly<Record<string, string>>;
  /** Name in the data folder -> content, readable by the server alone: certificates, and `pg_hba.conf`. */
  readonly files: Readonly<Record<string, string>>;
}

/** A listener of an embedded broker beside the one in plain text. */
export interface KafkaListener {
  /** In the form of listener names: capital letters. */
  readonly name: string;
  readonly protocol: 'SSL' | 'SASL_SSL' | 'SASL_PLAINTEXT';
}

/** What an embedded Kafka has beside the usual. */
export interface KafkaSetup {
  readonly listeners: readonly KafkaListener[];
  /** By the names of server.properties. */
  readonly settings: Readonly<Record<string, string>>;
  /** Users for SCRAM, in the form of the format tool: `SCRAM-SHA-512=[name=...,password=...]`. */
  readonly scramUsers: readonly string[];
}

export interface EmbeddedSetup {
  readonly postgres?: PostgresSetup;
  readonly kafka?: KafkaSetup;
}
