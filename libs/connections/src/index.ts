export { budgetMetrics, type BudgetMetrics } from './budget.metrics.ts';
export { callObserver } from './call.metrics.ts';
export { ClientRegistry, type ClientRegistryOptions } from './client.registry.ts';
export { stopRefused } from './connection.stop.ts';
export {
  listConnections,
  putConnection,
  readCredentials,
  setConnectionState,
  type NewConnection,
  type StateChange,
} from './connection.store.ts';
export {
  CONNECTION_STATES,
  connectionSettingsSchema,
  connectionStateSchema,
  type Connection,
  type ConnectionSettings,
  type ConnectionState,
  type Credentials,
} from './connection.types.ts';
export { isQuiet, quietHoursSchema, quietUntil, type QuietHours } from './quiet.hours.ts';
export { rotateKey, type PlaceRotation, type RotationOptions } from './key.rotation.ts';
export {
  applySetUp,
  checkSetUp,
  type SetUpAction,
  type SetUpApplied,
  type SetUpResult,
  type SetUpReader,
  type SetUpStep,
  type SetUpWriter,
  type WantedSetUp,
} from './setup.service.ts';
