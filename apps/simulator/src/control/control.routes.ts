import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Org } from '../org/org.ts';
import { BODIES, parsed } from './control.body.ts';
import { ControlError } from './control.error.ts';
import * as knobs from './knobs.control.ts';
import * as look from './look.control.ts';
import * as people from './people.control.ts';
import * as snapshots from './snapshot.control.ts';

/** The control side: what tests and people see and do beside the imitated API. It asks for no token. */
export function addControl(app: FastifyInstance, org: Org): void {
  const get = (name: string, run: (query: URLSearchParams) => unknown): void => {
    app.get(`/_control/${name}`, (request, reply) => answer(reply, () => run(queryOf(request))));
  };
  const remove = (name: string, run: (query: URLSearchParams) => unknown): void => {
    app.delete(`/_control/${name}`, (request, reply) => answer(reply, () => run(queryOf(request))));
  };
  const post = <T>(
    name: string,
    given: { readonly body: z.ZodType<T>; readonly run: (org: Org, body: T) => unknown },
  ): void => {
    app.post(`/_control/${name}`, (request, reply) =>
      answer(reply, () => org.durably(() => given.run(org, parsed(given.body, bodyOf(request))))),
    );
  };

  get('records', (query) => look.records(org, query));
  get('notes', (query) => look.notes(org, query));
  get('mails', () => ({ mails: [] }));
  get('calls', (query) => look.calls(org, query));
  remove('calls', () => {
    org.calls.clear();
    return { calls: [] };
  });
  get('channels', () => look.channels(org));
  get('workflows', () => ({ workflows: org.workflows.all() }));
  get('state', () => look.state(org));

  post('edit', { body: BODIES.edit, run: people.edit });
  post('create', { body: BODIES.create, run: people.create });
  post('delete', { body: BODIES.delete, run: people.remove });
  post('restore', { body: BODIES.restore, run: people.restore });
  post('convert', { body: BODIES.convert, run: people.convert });
  post('merge', { body: BODIES.merge, run: people.merge });
  post('notify', { body: BODIES.notify, run: people.notify });

  get('faults', () => knobs.faults(org));
  post('faults', { body: BODIES.fault, run: knobs.armFault });
  remove('faults', (query) => knobs.clearFaults(org, query));
  get('clock', () => knobs.clock(org));
  post('clock', { body: BODIES.clock, run: knobs.setClock });
  get('notifications', () => knobs.notifications(org));
  post('notifications', { body: BODIES.notifications, run: knobs.setNotifications });
  get('limits', () => knobs.limits(org));
  post('limits', { body: BODIES.limits, run: knobs.setLimits });
  get('settings', () => knobs.settings(org));
  post('settings', { body: BODIES.settings, run: knobs.setSettings });
  get('snapshot', () => snapshots.exportState(org));
  get('snapshots', () => snapshots.list(org));
  post('snapshots', { body: BODIES.snapshot, run: snapshots.keep });
  post('snapshots/restore', { body: BODIES.goBack, run: snapshots.goBack });
  post('reset', { body: BODIES.reset, run: knobs.reset });
}

/** 200 with the result, or the error's status and sentence. */
function answer(reply: FastifyReply, run: () => unknown): FastifyReply {
  try {
    return reply.header('content-type', 'application/json;charset=UTF-8').send(JSON.stringify(run()));
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    const body = { error: error.message, ...error.details };
    return reply
      .status(error.status)
      .header('content-type', 'application/json;charset=UTF-8')
      .send(JSON.stringify(body));
  }
}

function queryOf(request: FastifyRequest): URLSearchParams {
  const mark = request.url.indexOf('?');
  return new URLSearchParams(mark < 0 ? '' : request.url.slice(mark + 1));
}

function bodyOf(request: FastifyRequest): unknown {
  if (typeof request.body !== 'string' || request.body.trim() === '') return undefined;
  try {
    return JSON.parse(request.body);
  } catch {
    throw new ControlError(400, 'the body is no JSON');
  }
}
