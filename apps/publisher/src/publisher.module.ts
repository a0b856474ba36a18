import { Module, type DynamicModule } from '@nestjs/common';
import { PublisherService, type ServiceParts } from './publisher.service.ts';

/** The publisher as a Nest module, so that its life follows the application's. */
@Module({})
export class PublisherModule {
  static with(parts: ServiceParts): DynamicModule {
    return {
      module: PublisherModule,
      providers: [{ provide: PublisherService, useFactory: () => new PublisherService(parts) }],
    };
  }
}
