import { Module, type DynamicModule } from '@nestjs/common';
import { Inbox, type InboxOptions } from './inbox.ts';

/** Gives a Nest application its `Inbox`: `imports: [InboxModule.forConsumer({ db, consumer })]`, then `@Inject(Inbox)`. */
@Module({})
export class InboxModule {
  static forConsumer<DB>(options: InboxOptions<DB>): DynamicModule {
    return {
      module: InboxModule,
      providers: [{ provide: Inbox, useValue: new Inbox<DB>(options) }],
      exports: [Inbox],
    };
  }
}
