import { Module } from '@nestjs/common';
import {
  CommandsCommand,
  CommandsListCommand,
  CommandsShowCommand,
  ParkedShowCommand,
} from './commands/commands.command.ts';
import { ConnectionAddCommand } from './commands/connection-add.command.ts';
import { ConnectionRemoveCommand } from './commands/connection-remove.command.ts';
import { ConnectionTestCommand } from './commands/connection-test.command.ts';
import { ConnectionListCommand, ConnectionStatusCommand } from './commands/connection-status.command.ts';
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
import { ConflictsCommand, ConflictsListCommand } from './commands/conflicts.command.ts';
import { ConnectionQuietHoursCommand } from './commands/quiet-hours.command.ts';
import { HoldsCommand, PauseCommand, ResumeCommand } from './commands/hold.command.ts';
import { ParkedEditCommand } from './commands/parked-edit.command.ts';
import { ParkedReleaseCommand, ParkedRestoreCommand } from './commands/parked-record.command.ts';
import { PackDiffCommand } from './commands/pack-diff.command.ts';
import { PackCommand, PackListCommand, PackTestCommand } from './commands/pack.command.ts';
import { ParkedCommand, ParkedListCommand, ParkedRetryCommand, ParkedSkipCommand } from './commands/parked.command.ts';
import {
  BackfillCommand,
  BackfillListCommand,
  BackfillRunCommand,
  BackfillStatusCommand,
} from './commands/backfill.command.ts';
import { ApplyCommand } from './commands/apply.command.ts';
import {
  PlanBackfillCommand,
  PlanCommand,
  PlanListCommand,
  PlanMappingCommand,
  PlanReplayCommand,
  PlanShowCommand,
} from './commands/plan.command.ts';
import { PublisherCommand, PublisherConfigCheckCommand, PublisherConfigCommand } from './commands/publisher.command.ts';
import { ReconcileCommand } from './commands/reconcile.command.ts';
import { RedriveCommand } from './commands/redrive.command.ts';
import {
  ReplayCancelCommand,
  ReplayListCommand,
  ReplayResumeCommand,
  ReplayShowCommand,
} from './commands/replay-runs.command.ts';
import { ReplayCommand } from './commands/replay.command.ts';
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
import { StatusCommand } from './commands/status.command.ts';
import { SyncCommand, SyncForceCommand, SyncStatusCommand } from './commands/sync.command.ts';
import { ExplainCommand } from './commands/explain.command.ts';
import { TimelineCommand } from './commands/timeline.command.ts';
import {
  ThrottleClearCommand,
  ThrottleCommand,
  ThrottleListCommand,
  ThrottleSetCommand,
} from './commands/throttle.command.ts';
import { TopicsCheckCommand, TopicsCommand, TopicsCreateCommand } from './commands/topics.command.ts';
import { EventsCommand, EventsTailCommand } from './commands/events.command.ts';

@Module({
  providers: [
    CommandsCommand,
    CommandsListCommand,
    CommandsShowCommand,
    ChannelsCommand,
    ChannelsListCommand,
    ChannelsRenewCommand,
    ChannelsRotateCommand,
    ConnectionAddCommand,
    ConnectionRemoveCommand,
    ConnectionTestCommand,
    ConnectionCommand,
    ConnectionListCommand,
    ConnectionQuietHoursCommand,
    ConnectionStatusCommand,
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
    EventsCommand,
    EventsTailCommand,
    FieldsApplyCommand,
    FieldsCommand,
    FieldsPlanCommand,
    MigrateCommand,
    NotificationsCommand,
    NotificationsReplayCommand,
    OutboxCommand,
    OutboxResendCommand,
    OutboxStatusCommand,
    ConflictsCommand,
    ConflictsListCommand,
    HoldsCommand,
    PackCommand,
    PackDiffCommand,
    PackListCommand,
    PackTestCommand,
    ParkedCommand,
    ParkedEditCommand,
    ParkedListCommand,
    ParkedReleaseCommand,
    ParkedRestoreCommand,
    ParkedShowCommand,
    PauseCommand,
    ResumeCommand,
    ParkedRetryCommand,
    ParkedSkipCommand,
    ApplyCommand,
    BackfillCommand,
    BackfillListCommand,
    BackfillRunCommand,
    BackfillStatusCommand,
    PlanBackfillCommand,
    PlanCommand,
    PlanListCommand,
    PlanMappingCommand,
    PlanReplayCommand,
    PlanShowCommand,
    PublisherCommand,
    PublisherConfigCheckCommand,
    PublisherConfigCommand,
    ReconcileCommand,
    RedriveCommand,
    ReplayCancelCommand,
    ReplayCommand,
    ReplayListCommand,
    ReplayResumeCommand,
    ReplayShowCommand,
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
    StatusCommand,
    SyncCommand,
    SyncForceCommand,
    SyncStatusCommand,
    ExplainCommand,
    TimelineCommand,
    ThrottleClearCommand,
    ThrottleCommand,
    ThrottleListCommand,
    ThrottleSetCommand,
    TopicsCheckCommand,
    TopicsCommand,
    TopicsCreateCommand,
  ],
})
export class CliModule {}
