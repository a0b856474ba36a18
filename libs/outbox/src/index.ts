export { capture, release, type CaptureDeclaration } from './capture.call.ts';
export { emit, emitMany, emitMessage, emitMessages } from './emit.call.ts';
export { defineEvent, type EventDefinition, type EventOccurrence } from './event.definition.ts';
export type { OutboxEvent } from './event.ts';
