import { z } from 'zod';

const recordSchema = z.looseObject({ id: z.string() });
export type CrmRecord = z.infer<typeof recordSchema>;

/** The simulator's control side. */
export class SimulatorClient {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async records(module: string): Promise<CrmRecord[]> {
    return z.object({ records: z.array(recordSchema) }).parse(await this.#ask('GET', `records?module=${module}`))
      .records;
  }

  /** Leads that were converted. */
  async converted(module: string): Promise<CrmRecord[]> {
    return z
      .object({ records: z.array(recordSchema) })
      .parse(await this.#ask('GET', `records?module=${module}&converted=true`)).records;
  }

  async notes(module: string, id: string): Promise<CrmRecord[]> {
    return z.object({ notes: z.array(recordSchema) }).parse(await this.#ask('GET', `notes?module=${module}&id=${id}`))
      .notes;
  }

  async calls(): Promise<Record<string, unknown>[]> {
    const schema = z.object({ calls: z.array(z.record(z.string(), z.unknown())) });
    return schema.parse(await this.#ask('GET', 'calls')).calls;
  }

  async channels(): Promise<{ notify_url: string; token: string; channel_id: string }[]> {
    const channel = z.looseObject({ notify_url: z.string(), token: z.string(), channel_id: z.string() });
    return z.object({ channels: z.array(channel) }).parse(await this.#ask('GET', 'channels')).channels;
  }

  /** What a person does: `edit`, `create`, `delete`, `convert`, `notify`, and what a tester does: `faults`, `reset`. */
  async act(action: string, body: object): Promise<unknown> {
    return this.#ask('POST', action, body);
  }

  async clearFaults(): Promise<void> {
    await this.#ask('DELETE', 'faults');
  }

  async #ask(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.#url}/_control/${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`the simulator answered ${response.status} to ${method} ${path}: ${text}`);
    return text === '' ? null : JSON.parse(text);
  }
}
