import { Module, type DynamicModule } from '@nestjs/common';
import { PublisherService, type ServiceParts } from './publisher.service.ts';

/** The publisher's sources as a Nest module, so that their lives follow the application's; they know nothing of each other. */
@Module({})
export class PublisherModule {
  static with(sources: readonly ServiceParts[]): DynamicModule {
    return {
      module: PublisherModule,
      providers: sources.map((parts) => ({
        provide: `publisher of ${parts.config.sourceName}`,
        useFactory: () => new PublisherService(parts),
      })),
    };
  }
}
