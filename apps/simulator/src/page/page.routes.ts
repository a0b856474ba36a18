import type { FastifyInstance } from 'fastify';
import { ControlError } from '../control/control.error.ts';
import { edit } from '../control/people.control.ts';
import type { Org } from '../org/org.ts';
import { pageView } from './page.view.ts';

/** The page for people, and where its form goes. */
export function addPage(app: FastifyInstance, org: Org): void {
  app.get('/', (request, reply) => {
    const query = new URLSearchParams(request.url.split('?')[1] ?? '');
    return reply.header('content-type', 'text/html;charset=UTF-8').send(pageView(org, query));
  });
  app.post('/_page/edit', (request, reply) => {
    const form = new URLSearchParams(typeof request.body === 'string' ? request.body : '');
    const module = form.get('module') ?? '';
    const back = new URLSearchParams({ module, id: form.get('id') ?? '' });
    try {
      const user = form.get('user') ?? '';
      const id = form.get('id') ?? '';
      const fields = { [form.get('field') ?? '']: typed(form.get('value') ?? '') };
      org.durably(() => edit(org, { module, id, fields, ...(user === '' ? {} : { user }) }));
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      back.set('error', error.message);
    }
    return reply.redirect(`/?${back.toString()}`, 303);
  });
}

/** What was typed: JSON where it is, empty for no value, else the text itself. */
function typed(value: string): unknown {
  if (value === '') return null;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
