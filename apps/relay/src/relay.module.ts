import { Module, type DynamicModule } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import type { Logger } from '#observability';
import { MapperController } from './mapper/mapper.controller.ts';
import { MapperService } from './mapper/mapper.service.ts';

@Module({})
export class RelayModule {
  static with(parts: { mapper: MapperService; logger: Logger }): DynamicModule {
    return {
      module: RelayModule,
      imports: [LoggerModule.forRoot({ pinoHttp: { logger: parts.logger, autoLogging: false } })],
      controllers: [MapperController],
      providers: [{ provide: MapperService, useValue: parts.mapper }],
    };
  }
}
