import { Controller, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorFields } from '#observability';
import { WebhooksContext } from '../webhooks.context.ts';
import { IngestService } from './ingest.service.ts';

/** `POST /notifications/<address>`: where the CRM sends what changed. */
@Controller('notifications')
export class IngestController {
  readonly #ingest: IngestService;
  readonly #context: WebhooksContext;

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
    const { status, body } = await this.#answer(address, request);
    await reply.status(status).send(body);
  }

  async #answer(address: string, request: FastifyRequest): Promise<{ status: number; body: object }> {
    const { logger, metrics } = this.#context;
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    try {
      const result = await this.#ingest.take({ address, headers: request.headers, body });
      metrics.notifications.inc({ result });
      if (result === 'stored') return { status: 200, body: { status: 'stored' } };
      logger.warn({ code: 'NOTIFICATION_UNAUTHORISED', bytes: body.length }, 'a notification was refused');
      return { status: 401, body: { code: 'NOTIFICATION_UNAUTHORISED' } };
    } catch (error) {
      // The CRM does not repeat: what is not stored now is found by reading the records again.
      metrics.notifications.inc({ result: 'lost' });
      logger.error(errorFields(error), 'a notification could not be stored');
      return { status: 503, body: { code: 'POSTGRES_UNREACHABLE' } };
    }
  }
}
