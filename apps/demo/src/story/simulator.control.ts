import { z } from 'zod';

const recordSchema = z.looseObject({ id: z.string() });
export type CrmRecord = z.infer<typeof recordSchema>;

/** What a person sees and does in the CRM, through the simulator's control side. */
export class SimulatorControl {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async records(module: string): Promise<CrmRecord[]> {
    const body = await this.#ask(`records?module=${module}`);
    return z.object({ records: z.array(recordSchema) }).parse(body).records;
  }

  /** Number of the last API call: more calls afterwards means that something was sent. */
  async writes(): Promise<number> {
    const body = await this.#ask('calls');
    const schema = z.object({ calls: z.array(z.looseObject({ kind: z.string() })) });
    return schema
      .parse(body)
      .calls.filter(({ kind }) => /^records\.(insert|update|upsert|delete)$|^leads\.convert$/.test(kind)).length;
  }

  async edit(edit: { module: string; match: object; fields: object; user: string }): Promise<void> {
    const response = await fetch(`${this.#url}/_control/edit`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(edit),
    });
    if (!response.ok) throw new Error(`the simulator did not take the edit: ${await response.text()}`);
  }

  async #ask(path: string): Promise<unknown> {
    const response = await fetch(`${this.#url}/_control/${path}`);
    if (!response.ok) throw new Error(`the simulator answered ${response.status} to ${path}`);
    return response.json();
  }
}
