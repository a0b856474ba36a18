import type { Logger } from '#observability';
import type { ChannelCondition, ZohoCalls } from '#zoho';
import type { WantedChannel } from '../channel/channel.store.ts';

export type MetadataCalls = Pick<ZohoCalls, 'modules' | 'fields'>;

/** Ids do not change; a field that was deleted and made again is noticed after this time. */
const KEPT_MS = 3_600_000;

/** Ids of modules and fields for conditions, which are wanted with them. Without them a channel hears of all edits, which costs more. */
export class ConditionReader {
  readonly #kept = new Map<string, { readonly condition: ChannelCondition; readonly at: number }>();
  readonly #logger: Logger;

  constructor(options: { readonly logger: Logger }) {
    this.#logger = options.logger;
  }

  async read(
    calls: MetadataCalls,
    { connectionId, wanted }: { readonly connectionId: string; readonly wanted: WantedChannel },
  ): Promise<ChannelCondition | undefined> {
    const { module, fields } = wanted;
    if (fields.length === 0 || !wanted.events.includes('edit')) return undefined;
    const key = JSON.stringify([connectionId, module, fields]);
    const kept = this.#kept.get(key);
    if (kept !== undefined && performance.now() - kept.at < KEPT_MS) return kept.condition;
    const condition = await this.#ask(calls, wanted);
    if (condition === undefined) {
      this.#logger.warn({ connection: connectionId, module }, 'ids of fields are not known; all edits are notified');
    } else this.#kept.set(key, { condition, at: performance.now() });
    return condition;
  }

  async #ask(calls: MetadataCalls, { module, fields }: WantedChannel): Promise<ChannelCondition | undefined> {
    const [modules, known] = [await calls.modules(), await calls.fields(module)];
    if (modules.kind !== 'ok' || known.kind !== 'ok') return undefined;
    const id = modules.modules.find(({ apiName }) => apiName === module)?.id;
    const found = fields.map((field) => known.fields.find(({ apiName }) => apiName === field));
    // A condition without one of the fields would not hear of its edits.
    if (id === undefined || id === null || found.includes(undefined)) return undefined;
    const named = found.flatMap((field) => (field === undefined ? [] : [{ id: field.id, apiName: field.apiName }]));
    return { module: { id, apiName: module }, fields: named };
  }
}
