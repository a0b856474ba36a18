export { seedConnections, type SeedOptions } from './connection.seed.ts';
export { createIntegrationDatabase, type RunDatabase } from './product.database.ts';
export type { LogLine, ServiceProcess } from './service.process.ts';
export { appProgram } from './service.plans.ts';
export { startSystem } from './start.system.ts';
export type { System, SystemAddresses, SystemDetails, SystemOptions } from './system.types.ts';
export { readRunFile, removeRunFile, writeRunFile } from './run.file.ts';
export { dropSlots } from './slot.cleanup.ts';
export { deleteTopics } from './topic.cleanup.ts';
