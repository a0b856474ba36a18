import type { Progress } from '#stack';
import type { LogLine, ServiceProcess } from './service.process.ts';

export interface SystemOptions {
  /** Names or folders of packs. */
  readonly packs: readonly string[];
  readonly progress: Progress;
  /**
   * Put before every topic and group. `own`: none in a Kafka of one's own, and one of this run's in a Kafka that others use
   * too. Default: none.
   */
  readonly topicPrefix?: string | { readonly own: string };
  /** Modules and fields of the CRM whose edits by people come back as generic events. */
  readonly watch?: Readonly<Record<string, string[]>>;
  /** Settings for all services, by environment name. */
  readonly env?: Readonly<Record<string, string>>;
  /** Sees every log line of every service. */
  readonly onLine?: (service: string, line: LogLine) => void;
}

/** Where everything is: what `causeway dev --json` prints, and what other commands need to find it. */
export interface SystemAddresses {
  readonly kafka: { readonly brokers: readonly string[] };
  readonly products: Readonly<Record<string, { readonly url: string }>>;
  readonly integration: { readonly url: string };
  readonly simulator: {
    readonly url: string;
    readonly accountsUrl: string;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly refreshToken: string;
  };
  readonly webhooks: { readonly url: string };
  /** No admin service yet. */
  readonly admin: { readonly url: string | null };
}

/** What commands that look into a running system need beside the addresses. */
export interface SystemDetails extends SystemAddresses {
  readonly topicPrefix: string;
  /** Key under which the integration database's secrets are sealed. */
  readonly secretKey: string;
  readonly packs: readonly string[];
  readonly sources: readonly {
    readonly name: string;
    readonly url: string;
    readonly slot: string;
    readonly opsUrl: string;
  }[];
  readonly relay: { readonly url: string };
  readonly logs: string;
}

export interface System {
  readonly details: SystemDetails;
  readonly provider: string;
  readonly services: ReadonlyMap<string, ServiceProcess>;
  stop(): Promise<void>;
}
