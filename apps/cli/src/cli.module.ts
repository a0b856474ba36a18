import { Module } from '@nestjs/common';
import {
  ChannelsCommand,
  ChannelsListCommand,
  ChannelsRenewCommand,
  ChannelsRotateCommand,
} from './commands/channels.command.ts';
import { ConnectionCommand, ConnectionPutCommand } from './commands/connection.command.ts';
import { CreditsCommand, CreditsStatusCommand } from './commands/credits.command.ts';
import {
  DeadLettersCommand,
  DeadLettersListCommand,
  DeadLettersParkedCommand,
  DeadLettersReleaseCommand,
  DeadLettersResendCommand,
  DeadLettersShowCommand,
} from './commands/dead-letters.command.ts';
import { DevCommand } from './commands/dev.command.ts';
import { DoctorCommand } from './commands/doctor.command.ts';
import { FieldsApplyCommand, FieldsCommand, FieldsPlanCommand } from './commands/fields.command.ts';
import { MigrateCommand } from './commands/migrate.command.ts';
import { NotificationsCommand, NotificationsReplayCommand } from './commands/notifications.command.ts';
import { OutboxCommand, OutboxResendCommand, OutboxStatusCommand } from './commands/outbox.command.ts';
import { ParkedCommand, ParkedListCommand, ParkedRetryCommand, ParkedSkipCommand } from './commands/parked.command.ts';
import { PublisherCommand, PublisherConfigCheckCommand, PublisherConfigCommand } from './commands/publisher.command.ts';
import { ConnectionRotateKeyCommand } from './commands/rotate-key.command.ts';
import { SetAsideCommand, SetAsideListCommand } from './commands/set-aside.command.ts';
import { SettleCommand } from './commands/settle.command.ts';
import {
  SlotAdoptCommand,
  SlotCommand,
  SlotRecreateCommand,
  SlotRewindCommand,
  SlotStatusCommand,
} from './commands/slot.command.ts';
import { SyncCommand, SyncForceCommand, SyncStatusCommand } from './commands/sync.command.ts';

@Module({
  providers: [
    ChannelsCommand,
    ChannelsListCommand,
    ChannelsRenewCommand,
    ChannelsRotateCommand,
    ConnectionCommand,
    ConnectionPutCommand,
    ConnectionRotateKeyCommand,
    CreditsCommand,
    CreditsStatusCommand,
    DeadLettersCommand,
    DeadLettersListCommand,
    DeadLettersParkedCommand,
    DeadLettersReleaseCommand,
    DeadLettersResendCommand,
    DeadLettersShowCommand,
    DevCommand,
    DoctorCommand,
    FieldsApplyCommand,
    FieldsCommand,
    FieldsPlanCommand,
    MigrateCommand,
    NotificationsCommand,
    NotificationsReplayCommand,
    OutboxCommand,
    OutboxResendCommand,
    OutboxStatusCommand,
    ParkedCommand,
    ParkedListCommand,
    ParkedRetryCommand,
    ParkedSkipCommand,
    PublisherCommand,
    PublisherConfigCheckCommand,
    PublisherConfigCommand,
    SetAsideCommand,
    SetAsideListCommand,
    SettleCommand,
    SlotAdoptCommand,
    SlotCommand,
    SlotRecreateCommand,
    SlotRewindCommand,
    SlotStatusCommand,
    SyncCommand,
    SyncForceCommand,
    SyncStatusCommand,
  ],
})
export class CliModule {}
