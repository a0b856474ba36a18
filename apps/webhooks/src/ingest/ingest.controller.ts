import { Controller, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorFields } from '#observability';
import { WebhooksContext } from '../webhooks.context.ts';
import { IngestService, type IngestResult } from './ingest.service.ts';

type Kind = IngestResult['kind'];

/** What the CRM is told. It does not repeat: what is not stored now is found by reading the records again. */
const ANSWERS: Readonly<Record<Kind, { readonly status: number; readonly body: object }>> = {
  stored: { status: 200, body: { status: 'stored' } },
  unauthorised: { status: 401, body: { code: 'NOTIFICATION_UNAUTHORISED' } },
  type_unknown: { status: 415, body: { code: 'NOTIFICATION_TYPE_UNKNOWN' } },
  limited: { status: 429, body: { code: 'NOTIFICATION_RATE_EXCEEDED' } },
  lost: { status: 503, body: { code: 'POSTGRES_UNREACHABLE' } },
};
/** Who guesses shall not fill the log: of each kind of refusal at most one line in this time, with their number. */
const QUIET_MS = 1000;

/** `POST /notifications/<address>`: where the CRM sends what changed. */
@Controller('notifications')
export class IngestController {
  readonly #ingest: IngestService;
  readonly #context: WebhooksContext;
  readonly #refused = new Map<Kind, { count: number; toldAt: number }>();

  constructor(@Inject(IngestService) ingest: IngestService, @Inject(WebhooksContext) context: WebhooksContext) {
    this.#ingest = ingest;
    this.#context = context;
  }

  @Post(':address')
  async take(
    @Param('address') address: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const result = await this.#ingest.take({ address, headers: request.headers, body });
    this.#context.metrics.notifications.inc({ result: result.kind });
    this.#context.metrics.ackSeconds.observe(reply.elapsedTime / 1000);
    if (result.kind !== 'stored') this.#tell(result);
    const answer = ANSWERS[result.kind];
    await reply.status(answer.status).send(answer.body);
  }

  #tell(result: IngestResult): void {
    const { logger } = this.#context;
    const told = this.#refused.get(result.kind) ?? { count: 0, toldAt: -QUIET_MS };
    told.count += 1;
    this.#refused.set(result.kind, told);
    if (performance.now() - told.toldAt < QUIET_MS) return;
    const { count } = told;
    this.#refused.set(result.kind, { count: 0, toldAt: performance.now() });
    if (result.kind === 'lost') {
      logger.error({ ...errorFields(result.error), count }, 'a notification could not be stored');
    } else {
      logger.warn({ ...ANSWERS[result.kind].body, count }, 'a notification was refused');
    }
  }
}
