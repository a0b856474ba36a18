import type { Org } from '../org/org.ts';
import { formatTime } from '../org/zoho.time.ts';
import { referenceOf } from '../records/record.model.ts';
import { showRecord } from '../records/record.view.ts';
import { ControlError } from './control.error.ts';
import { moduleNamed } from './find.ts';
import { settings } from './knobs.control.ts';

/** All records of a module with all fields; converted Leads and, on demand, deleted records are marked. */
export function records(org: Org, query: URLSearchParams): unknown {
  const module = moduleNamed(org, query.get('module'));
  const store = org.records.of(module);
  const show = (record: Parameters<typeof showRecord>[1]['record']) => ({
    ...showRecord(org, { module, record }),
    ...(record.fields['$se_module'] === undefined ? {} : { $se_module: record.fields['$se_module'] }),
    ...(record.converted === undefined ? {} : { $converted_detail: record.converted }),
  });
  if (query.get('deleted') === 'true') {
    const deleted = [...store.deleted()].map((entry) => ({
      ...show(entry.record),
      $deleted_time: formatTime(entry.deletedAt),
      $deleted_by: entry.deletedBy,
    }));
    return { records: deleted };
  }
  const converted = query.get('converted') ?? 'false';
  const listed = [...store.all()].filter(
    (record) => converted === 'both' || (record.converted !== undefined) === (converted === 'true'),
  );
  return { records: listed.map(show) };
}

/** Notes, all of them or those of one record. */
export function notes(org: Org, query: URLSearchParams): unknown {
  const module = moduleNamed(org, 'Notes');
  const parentModule = query.get('module');
  const id = query.get('id');
  const listed = [...org.records.of(module).all()].filter((record) => {
    const parent = referenceOf(record.fields['Parent_Id']);
    return (parentModule === null || parent?.module === parentModule) && (id === null || parent?.id === id);
  });
  return { notes: listed.map((record) => showRecord(org, { module, record })) };
}

/** Calls to the imitated API in order of their end, those after `since`. */
export function calls(org: Org, query: URLSearchParams): unknown {
  const since = Number(query.get('since') ?? 0);
  if (!Number.isInteger(since)) throw new ControlError(400, '"since" must be the number of a call');
  const limits = { creditsUsed: org.limits.used(), creditsAllowed: finite(org.limits.allowance()) };
  return { calls: org.calls.since(since), last: org.calls.last, ...limits };
}

/** Channels, expired ones too. */
export function channels(org: Org): unknown {
  const now = org.clock.now();
  return {
    channels: org.channels.all().map((channel) => ({
      channel_id: channel.id,
      events: channel.events.map((event) => `${event.module}.${event.kind}`),
      notify_url: channel.notifyUrl,
      token: channel.token,
      channel_expiry: formatTime(channel.expiresAt),
      expired: channel.expiresAt <= now,
      return_affected_field_values: channel.affectedValues,
      notify_on_related_action: channel.relatedAction,
      notification_condition: channel.rawConditions,
    })),
  };
}

/** Everything in numbers. */
export function state(org: Org): unknown {
  const counts = org.records.all().map((store) => {
    const converted = [...store.all()].filter((record) => record.converted !== undefined).length;
    return [store.module.apiName, { live: store.size - converted, converted, deleted: [...store.deleted()].length }];
  });
  return {
    clock: { now: org.clock.now(), iso: formatTime(org.clock.now()) },
    records: Object.fromEntries(counts),
    calls: { last: org.calls.last, running: org.limits.running },
    credits: { used: org.limits.used(), allowed: finite(org.limits.allowance()), total: org.limits.ledger.total },
    limits: org.limits.settings,
    settings: settings(org),
    channels: org.channels.live().length,
    notifications: { ...org.notifier.settings, ...org.notifier.summary() },
    faults: org.faults.all().length,
    users: org.users.all().map(({ id, name, email, kind }) => ({ id, name, email, kind })),
  };
}

/** JSON has no infinity: null says that there is no limit. */
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
