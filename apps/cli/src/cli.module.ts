import { Module } from '@nestjs/common';
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
import { OutboxCommand, OutboxResendCommand, OutboxStatusCommand } from './commands/outbox.command.ts';
import { PackCommand, PackListCommand, PackTestCommand } from './commands/pack.command.ts';
import { ParkedCommand, ParkedListCommand, ParkedRetryCommand, ParkedSkipCommand } from './commands/parked.command.ts';
import { PublisherCommand, PublisherConfigCheckCommand, PublisherConfigCommand } from './commands/publisher.command.ts';
import { ConnectionRotateKeyCommand } from './commands/rotate-key.command.ts';
import {
  SetAsideCommand,
  SetAsideListCommand,
  SetAsideRedriveCommand,
  SetAsideShowCommand,
} from './commands/set-aside.command.ts';
import { SettleCommand } from './commands/settle.command.ts';
import {
  SlotAdoptCommand,
  SlotCommand,
  SlotRecreateCommand,
  SlotRewindCommand,
  SlotStatusCommand,
} from './commands/slot.command.ts';

@Module({
  providers: [
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
    OutboxCommand,
    OutboxResendCommand,
    OutboxStatusCommand,
    PackCommand,
    PackListCommand,
    PackTestCommand,
    ParkedCommand,
    ParkedListCommand,
    ParkedRetryCommand,
    ParkedSkipCommand,
    PublisherCommand,
    PublisherConfigCheckCommand,
    PublisherConfigCommand,
    SetAsideCommand,
    SetAsideListCommand,
    SetAsideRedriveCommand,
    SetAsideShowCommand,
    SettleCommand,
    SlotAdoptCommand,
    SlotCommand,
    SlotRecreateCommand,
    SlotRewindCommand,
    SlotStatusCommand,
  ],
})
export class CliModule {}
