import { Module, type DynamicModule } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { IngestController } from './ingest/ingest.controller.ts';
import { IngestService } from './ingest/ingest.service.ts';
import { OpsController, OpsParts } from './ops.controller.ts';
import { WebhooksContext } from './webhooks.context.ts';

@Module({})
export class WebhooksModule {
  static with(parts: { context: WebhooksContext; ingest: IngestService; ops: OpsParts }): DynamicModule {
    const { context, ingest, ops } = parts;
    return {
      module: WebhooksModule,
      // Requests are counted in metrics; a log line each would be louder than what it says.
      imports: [LoggerModule.forRoot({ pinoHttp: { logger: context.logger, autoLogging: false } })],
      controllers: [IngestController, OpsController],
      providers: [
        { provide: WebhooksContext, useValue: context },
        { provide: OpsParts, useValue: ops },
        { provide: IngestService, useValue: ingest },
      ],
    };
  }
}
