import type { Channel as WantedChannel, ChannelOutcome, Failure } from '#zoho';
import type { Watcher } from '../src/keeper/channel.keeper.ts';

const DAY = 24 * 3_600_000;

export const forgotten: Failure = {
  kind: 'rejected',
  code: 'CRM_REJECTED',
  zohoCode: 'NOT_SUBSCRIBED',
  reason: 'NOT_SUBSCRIBED',
  field: null,
  concerns: 'record',
  gone: true,
  other: null,
};

const FIELDS = ['Lead_Status', 'Phone', 'Converted__s'];

/** The calls that the keeper makes. */
export class FakeWatch implements Watcher {
  readonly calls: { readonly call: 'enable' | 'renew'; readonly channel: WantedChannel }[] = [];
  readonly ended: string[] = [];
  lists = 0;
  /** What the CRM grants at most. */
  grantsMs = 7 * DAY;
  failure: Failure | null = null;
  readonly channels = new Map<string, WantedChannel>();

  readonly watch: Watcher['watch'] = {
    enable: (channels) => Promise.resolve(channels.map((channel) => this.#answer('enable', channel))),
    renew: (channels) => Promise.resolve(channels.map((channel) => this.#answer('renew', channel))),
    disable: (ids) => {
      this.ended.push(...ids);
      return Promise.resolve(
        ids.map((channelId) => (this.channels.delete(channelId) ? { kind: 'ended', channelId } : forgotten)),
      );
    },
    list: () => {
      this.lists += 1;
      const channels = [...this.channels].map(([channelId, { notifyUrl, expiresAt, events }]) => {
        return { channelId, notifyUrl, expiresAt: expiresAt.getTime(), events, module: null };
      });
      return Promise.resolve(this.failure ?? { kind: 'ok', channels, more: false });
    },
  };

  modules: Watcher['modules'] = () => {
    const module = { id: '5', apiName: 'Leads', pluralLabel: null, isCustom: false, isApiSupported: true };
    return Promise.resolve({ kind: 'ok', modules: [module] });
  };

  fields: Watcher['fields'] = () => {
    const field = {
      label: '',
      dataType: 'text',
      length: null,
      isMandatory: false,
      isCustom: false,
      isReadOnly: false,
      isUnique: false,
      external: null,
      values: [],
    };
    return Promise.resolve({
      kind: 'ok',
      fields: FIELDS.map((apiName) => ({ ...field, id: `id-${apiName}`, apiName })),
    });
  };

  #answer(call: 'enable' | 'renew', channel: WantedChannel): ChannelOutcome {
    this.calls.push({ call, channel });
    if (this.failure !== null) return this.failure;
    if (call === 'renew' && !this.channels.has(channel.channelId)) return forgotten;
    this.channels.set(channel.channelId, channel);
    const expiresAt = Math.min(channel.expiresAt.getTime(), Date.now() + this.grantsMs);
    return { kind: 'watched', channelId: channel.channelId, expiresAt };
  }
}
