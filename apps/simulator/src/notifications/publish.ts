import type { Org } from '../org/org.ts';
import type { Change, Origin } from '../records/change.ts';
import { callbackBody } from './callback.body.ts';
import { wants } from './channel.match.ts';

/** Tells everybody who wants to know: live channels, one callback for each module and operation of a call, and the workflow log. */
export function publish(org: Org, given: { readonly changes: readonly Change[]; readonly origin: Origin }): void {
  const { changes, origin } = given;
  for (const change of changes) {
    if (origin.workflow && change.related !== true) org.workflows.add(change, origin);
  }
  notifyWatchers(org, changes);
}

/** The callbacks alone, without a workflow. */
export function notifyWatchers(org: Org, changes: readonly Change[]): void {
  if (changes.length === 0) return;
  for (const channel of org.channels.live()) {
    const wanted = changes.filter((change) => wants(channel, change));
    const groups = Map.groupBy(wanted, (change) => `${change.module}/${change.operation}`);
    for (const group of groups.values()) {
      const body = callbackBody(org, { channel, changes: group });
      if (body !== undefined) org.notifier.notify({ url: channel.notifyUrl, body });
    }
  }
}
