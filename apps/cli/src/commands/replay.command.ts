import { readFile } from 'node:fs/promises';
import { Command, Option } from 'nest-commander';
import { z } from 'zod';
import { jsonObjectSchema } from '#contracts';
import { stateKey } from '#folding';
import { countKeys, createReplay, dryRun, type Base, type ReplayTarget, type Selection } from '#replay';
import { counted } from '../counted.ts';
import { EXIT, WrongUse } from '../exit.codes.ts';
import { OperatorCommand, operatorOf, type OperatorOptions } from '../operator.command.ts';
import { progressLine } from '../progress.line.ts';
import { dryRunLines, withoutValues } from '../replay.lines.ts';
import { work } from '../replay.work.ts';
import { replayMapping, replaySource } from '../replay.target.ts';
import { announce, say } from '../source.command.ts';
import { withIntegration } from '../target.ts';
import {
  ReplayCancelCommand,
  ReplayListCommand,
  ReplayResumeCommand,
  ReplayShowCommand,
} from './replay-runs.command.ts';

const TARGETS = ['dry-run', 'shadow', 'live'] as const;

interface ReplayOptions extends OperatorOptions {
  readonly pack?: string;
  readonly from?: number;
  readonly to?: number;
  readonly topic?: string[];
  readonly key?: string[];
  readonly tenant?: string;
  readonly type?: string[];
  readonly read?: 'kafka' | 'outbox';
  readonly source?: string;
  readonly target?: (typeof TARGETS)[number];
  readonly connection?: string;
  readonly base?: string;
  readonly rate?: number;
  readonly examples?: number;
  readonly values?: boolean;
}

@Command({
  name: 'replay',
  description:
    'Reads past events again through a mapping, beside the consumers: in dry-run it only says what would come of them; into a shadow it sends that to another connection; live it folds the keys anew and writes what differs, without workflows, mails or notes a second time. Example: causeway replay --pack learning --from 2026-03-01T00:00:00Z --json',
  subCommands: [ReplayListCommand, ReplayShowCommand, ReplayResumeCommand, ReplayCancelCommand],
})
export class ReplayCommand extends OperatorCommand {
  async run(args: string[], options: ReplayOptions): Promise<void> {
    if (args.length > 0) throw new WrongUse(`replay knows list, show, resume and cancel, not ${args[0] ?? ''}`);
    const { from, to, target = 'dry-run' } = options;
    if (from !== undefined && to !== undefined && to <= from) throw new WrongUse('--to has to be later than --from');
    if ((target === 'shadow') !== (options.connection !== undefined)) {
      throw new WrongUse('--target shadow wants --connection, the one that stands in for the live ones');
    }
    if (target !== 'dry-run' && options.base !== undefined) {
      throw new WrongUse('--base is for a dry-run: whole keys are folded from the initial state');
    }
    await (target === 'dry-run' ? lookOnly(options) : begin(target, options));
  }

  @Option({
    flags: '--pack <name>',
    description: 'Pack of the relay (default: its only one), or a folder with another version of it',
  })
  parsePack(value: string): string {
    return value;
  }

  @Option({ flags: '--from <instant>', description: 'Events that reached Kafka at this instant or later' })
  parseFrom(value: string): number {
    return instantOf('--from', value);
  }

  @Option({ flags: '--to <instant>', description: 'Events that reached Kafka before this instant' })
  parseTo(value: string): number {
    return instantOf('--to', value);
  }

  @Option({ flags: '--topic <names>', description: 'Only these topics of the product, such as user,order' })
  parseTopic(value: string): string[] {
    return listOf(value);
  }

  @Option({ flags: '--key <keys>', description: 'Only these partition keys; they are looked up, not searched for' })
  parseKey(value: string): string[] {
    return listOf(value);
  }

  @Option({ flags: '--tenant <id>', description: 'Only this tenant' })
  parseTenant(value: string): string {
    return value;
  }

  @Option({ flags: '--type <types>', description: 'Only events of these types, such as user.created' })
  parseType(value: string): string[] {
    return listOf(value);
  }

  @Option({ flags: '--read <where>', description: 'kafka (default), or outbox: what the outbox of --source has kept' })
  parseRead(value: string): 'kafka' | 'outbox' {
    if (value !== 'kafka' && value !== 'outbox') throw new WrongUse(`--read wants kafka or outbox, not ${value}`);
    return value;
  }

  @Option({ flags: '--source <name>', description: 'With --read outbox: the source, such as portal' })
  parseSource(value: string): string {
    return value;
  }

  @Option({ flags: '--target <target>', description: 'dry-run (default), shadow or live' })
  parseTarget(value: string): (typeof TARGETS)[number] {
    const found = TARGETS.find((target) => target === value);
    if (found === undefined) throw new WrongUse(`--target wants one of ${TARGETS.join(', ')}, not ${value}`);
    return found;
  }

  @Option({ flags: '--connection <id>', description: 'With --target shadow: where commands go' })
  parseConnection(value: string): string {
    return value;
  }

  @Option({
    flags: '--base <base>',
    description:
      'Of a dry-run: initial (default), stored (what the relay has), or a file of {"tenantId", "key", "state"} a line',
  })
  parseBase(value: string): string {
    return value;
  }

  @Option({ flags: '--rate <events>', description: 'Events a second at most' })
  parseRate(value: string): number {
    return countOf('--rate', value);
  }

  @Option({ flags: '--examples <count>', description: 'Differences that are listed (default 20)' })
  parseExamples(value: string): number {
    return countOf('--examples', value);
  }

  @Option({ flags: '--values', description: 'Print values of fields as well; they may be personal data' })
  parseValues(): boolean {
    return true;
  }
}

function selectionOf({ from, to, topic, key, tenant, type }: ReplayOptions): Selection {
  return {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(topic === undefined ? {} : { aggregates: topic }),
    ...(key === undefined ? {} : { keys: key }),
    ...(tenant === undefined ? {} : { tenantId: tenant }),
    ...(type === undefined ? {} : { types: type }),
  };
}

async function lookOnly(options: ReplayOptions): Promise<void> {
  const { mapping, current, topicPrefix } = await replayMapping(options.pack);
  const { read = 'kafka', rate, examples, values = false, json } = options;
  const base = await baseOf(options.base ?? 'initial');
  await using source = await replaySource(read, options.source);
  const line = progressLine('folded');
  const started = performance.now();
  const result = await withIntegration((db) =>
    dryRun({
      db,
      mapping,
      current,
      source,
      topicPrefix,
      base,
      selection: selectionOf(options),
      ...(rate === undefined ? {} : { rate }),
      ...(examples === undefined ? {} : { examples }),
      onProgress: (done, all) => line.show(done, all),
    }),
  ).finally(() => line.end());
  const seconds = (performance.now() - started) / 1000;
  const told = { ...result, examples: values ? result.examples : withoutValues(result.examples) };
  const about = { target: 'dry-run', mapping: mapping.name, mappingVersion: mapping.version, read };
  const time = { seconds, eventsPerSecond: Math.round(result.events / seconds) };
  say({ ...about, ...told, ...time }, { json, lines: dryRunLines(result, { values }) });
  const isClean = Object.keys(result.setAside).length === 0 && result.compared.incomparable === 0;
  process.exitCode = isClean ? EXIT.done : EXIT.problems;
}

async function begin(target: ReplayTarget, options: ReplayOptions): Promise<void> {
  const { mapping, pack, topicPrefix } = await replayMapping(options.pack);
  const { read = 'kafka', connection: connectionId = null, rate = null, json } = options;
  const selection = selectionOf(options);
  await withIntegration(async (db) => {
    const found = await countKeys(db, { mapping, selection, topicPrefix });
    if (found.keys === 0) {
      const nothing = { done: true, keys: 0, events: 0, commands: 0 };
      return say(nothing, { json, lines: [`${mapping.name} has folded no event that is selected`] });
    }
    if (target === 'shadow' && found.tenants.length > 1) {
      throw new WrongUse(`a shadow is of one tenant; say --tenant, one of ${found.tenants.slice(0, 10).join(', ')}`);
    }
    const where =
      connectionId === null
        ? 'and write what differs to the CRM, in the lane replay'
        : `for the connection ${connectionId}, in the lane replay`;
    const plan = [
      `will fold ${counted(found.keys, 'key')} anew, with ${found.events} of the events selected, by ${mapping.name} version ${mapping.version}`,
      where,
    ];
    // A plan needs no reason; who does something says why.
    const operator = options.yes === true ? operatorOf(options) : null;
    if (!announce(plan, options) || operator === null) return;
    const what = { target, source: read, pack, connectionId, rate, mapping, selection, topicPrefix };
    const replay = await createReplay(db, { ...operator, ...what });
    await using source = await replaySource(read, options.source);
    await work(db, { replay, mapping, source, topicPrefix, json });
  });
}

const baseLine = z.object({
  tenantId: z.string(),
  key: z.string(),
  connectionId: z.string().optional(),
  state: jsonObjectSchema,
});

async function baseOf(base: string): Promise<Base> {
  if (base === 'initial' || base === 'stored') return base;
  const text = await readFile(base, 'utf8').catch(() => {
    throw new WrongUse(`--base wants initial, stored or a file, not ${base}`);
  });
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return new Map(lines.map((line, index) => entryOf(line, `${base}, line ${index + 1}`)));
}

function entryOf(line: string, where: string) {
  try {
    const { state, ...key } = baseLine.parse(JSON.parse(line));
    const { connectionId, ...own } = key;
    return [stateKey({ ...own, ...(connectionId === undefined ? {} : { connectionId }) }), state] as const;
  } catch {
    throw new WrongUse(`${where}: it wants {"tenantId", "key", "state"}`);
  }
}

function listOf(value: string): string[] {
  return value.split(',').filter((part) => part !== '');
}

function countOf(flag: string, value: string): number {
  if (!/^[1-9]\d{0,7}$/.test(value)) throw new WrongUse(`${flag} wants a whole number from 1, not ${value}`);
  return Number(value);
}

function instantOf(flag: string, value: string): number {
  const at = value === 'now' ? Date.now() : Date.parse(value);
  if (Number.isNaN(at)) throw new WrongUse(`${flag} wants an instant such as 2026-03-01T10:00:00Z, not ${value}`);
  return at;
}
