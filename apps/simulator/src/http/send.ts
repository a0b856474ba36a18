import type { FastifyReply } from 'fastify';
import type { Answer } from '../answers/answer.ts';
import { HTML_PAGE, type Outcome } from './outcome.ts';

const JSON_TYPE = 'application/json;charset=UTF-8';

/** Puts an outcome on the wire, whole or cut off. */
export async function send(reply: FastifyReply, outcome: Outcome): Promise<FastifyReply> {
  switch (outcome.kind) {
    case 'answer':
      return sendAnswer(reply, outcome.answer);
    case 'html':
      return reply.status(outcome.status).header('content-type', 'text/html;charset=UTF-8').send(HTML_PAGE);
    case 'destroy':
      reply.hijack();
      reply.raw.socket?.destroy();
      return reply;
    default:
      return sendCut(reply, outcome);
  }
}

export async function sendAnswer(reply: FastifyReply, answer: Answer): Promise<FastifyReply> {
  reply.status(answer.status).headers({ ...answer.headers });
  if (answer.body === undefined) return reply.send();
  const text = bodyOf(answer);
  if (!reply.hasHeader('content-type')) reply.header('content-type', JSON_TYPE);
  return reply.send(text);
}

/** A body as it goes out: files as they are, everything else as JSON. */
function bodyOf({ body }: Answer): string | Buffer {
  if (body === undefined) return '';
  if (body instanceof Uint8Array) return Buffer.from(body);
  return typeof body === 'string' ? body : JSON.stringify(body);
}

/** Promises the whole body by its length, sends so many bytes of it, and ends the connection. */
async function sendCut(
  reply: FastifyReply,
  outcome: { readonly answer: Answer; readonly bytes: number },
): Promise<FastifyReply> {
  const { answer, bytes } = outcome;
  const body = Buffer.from(bodyOf(answer));
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(answer.status, { 'content-type': JSON_TYPE, ...answer.headers, 'content-length': body.length });
  await new Promise<void>((resolve) => {
    raw.write(body.subarray(0, Math.max(0, bytes)), () => resolve());
  });
  raw.socket?.destroy();
  return reply;
}
