import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger as NestLogger } from 'nestjs-pino';
import { WebhooksModule } from './webhooks.module.ts';

/** A notification names ids only; a megabyte would be tens of thousands of them. */
const BODY_LIMIT = 1024 * 1024;
/** Who sends slower than this is cut off. */
const REQUEST_TIMEOUT_MS = 15_000;

/** The service's HTTP side: notifications and the operators' endpoints. It does not listen yet. */
export async function createApp(parts: Parameters<typeof WebhooksModule.with>[0]): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({ bodyLimit: BODY_LIMIT, requestTimeout: REQUEST_TIMEOUT_MS });
  const app = await NestFactory.create<NestFastifyApplication>(WebhooksModule.with(parts), adapter, {
    bodyParser: false,
    bufferLogs: true,
  });
  app.useLogger(app.get(NestLogger));
  // Bodies are kept byte for byte, whatever their content type says.
  const fastify = app.getHttpAdapter().getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  return app;
}
