import type { Dispatcher } from 'undici';
import { ExchangeHandler } from './exchange.handler.ts';
import type { Exchange } from './exchange.types.ts';

type Controller = Dispatcher.DispatchController;

function controller(): { readonly aborts: Error[]; readonly it: Controller } {
  const aborts: Error[] = [];
  const it = {
    get aborted() {
      return aborts.length > 0;
    },
    paused: false,
    reason: null,
    abort: (reason: Error) => void aborts.push(reason),
    pause: () => undefined,
    resume: () => undefined,
  };
  return { aborts, it };
}

function handled(timeout: number): { readonly handler: ExchangeHandler; readonly settled: Promise<Exchange> } {
  let settle: (exchange: Exchange) => void = () => undefined;
  const settled = new Promise<Exchange>((resolve) => (settle = resolve));
  return { handler: new ExchangeHandler(settle, timeout), settled };
}

it('reports a request that timed out while waiting as never sent, and does not let it out afterwards', async () => {
  const { handler, settled } = handled(1);
  expect(await settled).toEqual({ kind: 'not_sent', reason: 'TIMEOUT' });
  const { aborts, it: late } = controller();
  handler.onRequestStart(late);
  expect(aborts).toHaveLength(1);
});

it('ends a request that timed out under way', async () => {
  const { handler, settled } = handled(1);
  const { aborts, it: running } = controller();
  handler.onRequestStart(running);
  expect(await settled).toEqual({ kind: 'lost', reason: 'TIMEOUT' });
  expect(aborts).toHaveLength(1);
});

it('settles once: what comes after the end of the answer changes nothing', async () => {
  const { handler, settled } = handled(10_000);
  const { it: running } = controller();
  handler.onRequestStart(running);
  handler.onResponseStart(running, 200, { 'content-type': 'application/json', vary: ['a', 'b'], via: undefined });
  handler.onResponseData(running, Buffer.from('{}'));
  handler.onResponseEnd();
  handler.onResponseError(running, new Error('late'));
  expect(await settled).toEqual({
    kind: 'answer',
    status: 200,
    headers: { 'content-type': 'application/json', vary: 'a, b' },
    body: Buffer.from('{}'),
  });
});

it('gives up on an answer without end', async () => {
  const { handler, settled } = handled(10_000);
  const { aborts, it: running } = controller();
  handler.onRequestStart(running);
  handler.onResponseStart(running, 200, {});
  const chunk = new Uint8Array(16 * 1024 * 1024);
  for (let part = 0; part < 5; part += 1) handler.onResponseData(running, chunk);
  expect(await settled).toEqual({ kind: 'lost', reason: 'ANSWER_TOO_LARGE' });
  expect(aborts).toHaveLength(1);
});

it('names an error by its code, never by its message', async () => {
  const { handler, settled } = handled(10_000);
  handler.onResponseError(null, Object.assign(new Error('connect to 10.0.0.1 failed'), { code: 'ECONNREFUSED' }));
  expect(await settled).toEqual({ kind: 'not_sent', reason: 'ECONNREFUSED' });
});
