import { AppProcess, type AppSettings, type LogLine } from './app.process.ts';
import { MUTANT_VARIABLE, type Mutant } from './publisher.mutants.ts';

export interface PublisherSettings extends Omit<AppSettings, 'app' | 'mutation'> {
  readonly mutant?: Mutant | undefined;
}

/** The line of a publisher that waits for a person: nothing follows by itself. */
const STOPPED_LINE = 'publishing stopped: a person must act';

/** A publisher, which may stop for a person to act. */
export class PublisherProcess extends AppProcess {
  constructor({ mutant, ...settings }: PublisherSettings) {
    const mutation =
      mutant === undefined ? undefined : { module: 'publisher.mutants', env: { [MUTANT_VARIABLE]: mutant } };
    super({ ...settings, app: 'publisher', mutation });
  }

  /** Of the publisher's own metrics. */
  override metric(name: string): Promise<number> {
    return super.metric(`publisher_${name}`);
  }

  /** @throws Error when it ends before, or stops for a person to act. */
  override said(msg: string, options: { timeoutMs?: number } = {}): Promise<LogLine> {
    return super.said(msg, { ...options, instead: STOPPED_LINE });
  }
}
