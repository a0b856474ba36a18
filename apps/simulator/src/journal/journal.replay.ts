import type { Org } from '../org/org.ts';
import { isIndexed } from '../schema/field.model.ts';
import type { Module } from '../schema/module.model.ts';
import { JOURNAL_FORMAT } from './journal.format.ts';
import type { StateChange } from './state.change.ts';

/**
 * Brings a new organisation one recorded change further.
 * @throws Error for a change that this version does not know
 */
export function replay(org: Org, change: StateChange): void {
  switch (change.kind) {
    case 'head':
      return replayHead(org, change);
    case 'counters':
      org.ids.restore(change.ids);
      return org.random.restore(change.tokens);
    case 'clock':
      return org.clock.apply(change);
    case 'user.put':
      return org.users.apply(change);
    case 'field.put':
      return replayField(org, change);
    case 'pipeline.put':
      return org.schema.putPipeline(moduleOf(org, change.module), change.pipeline);
    case 'record.put':
    case 'record.bin':
    case 'record.unbin':
      return org.records.of(moduleOf(org, change.module)).apply(change);
    case 'channel.put':
    case 'channel.remove':
      return org.channels.apply(change);
    case 'grant.put':
    case 'access.put':
    case 'code.put':
    case 'token.remove':
      return org.oauth.apply(change);
    case 'page.put':
      return org.pages.apply(change);
    default:
      throw new Error(`unknown kind of change ${JSON.stringify((change as { kind?: unknown }).kind)}`);
  }
}

/** A refresh token that was granted before holds only if the file says so further down: it may have been revoked. */
function replayHead(org: Org, head: Extract<StateChange, { kind: 'head' }>): void {
  if (head.format !== JOURNAL_FORMAT) throw new Error(`format ${head.format}, this version has ${JOURNAL_FORMAT}`);
  if (head.granted === org.start.refreshToken) org.oauth.clear();
}

function replayField(org: Org, { module: name, field }: Extract<StateChange, { kind: 'field.put' }>): void {
  const module = moduleOf(org, name);
  const known = module.fields.has(field.apiName);
  org.schema.put(module, field);
  if (!known && isIndexed(field)) org.records.of(module).index(field);
}

function moduleOf(org: Org, name: string): Module {
  const module = org.schema.module(name);
  if (module === undefined) throw new Error(`no module ${name}`);
  return module;
}
