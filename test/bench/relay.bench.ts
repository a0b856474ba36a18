import { parseArgs } from 'node:util';
import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from '#observability';
import { machine } from './machine.ts';
import { creditFloor, type CreditFloor } from './relay/credit.floor.ts';
import { RelayRun, type CallSum, type Mode } from './relay/relay.run.ts';
import { A_USER, sitesEvents, type SitesEvent } from './relay/sites.events.ts';

/**
 * The relay with the pack property-sites and a CRM of Professional edition that needs 600 ms a call, whole system included: commit in
 * the product's database -> the CRM has answered.
 */
const HELP = `npm run bench -- relay [options]
Measures the relay with property-sites events, from the commit in the product's database to the CRM's answer, against the
simulator with Professional edition's limits.

  --events N     events of the burst, ten a user (10000); 0 leaves it out
  --off-events N events of the bursts with coalescing or batching off, which need many more calls (1000); 0 leaves them out
  --rate N       events a second of the steady phase, each in a transaction of its own (5)
  --seconds N    how long the steady phase is (60); 0 leaves it out
  --latency N    milliseconds that a call takes (600)
  --calls N      calls at a time (8)
  --json         the figures as one JSON object in the last line: p50Ms p99Ms creditsPer1000 callsPer1000
  --help         this text`;

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '10000' },
    'off-events': { type: 'string', default: '1000' },
    rate: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '60' },
    latency: { type: 'string', default: '600' },
    calls: { type: 'string', default: '8' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const ON = { coalescing: true, batching: true };
/** Events of one transaction of a burst. */
const A_TRANSACTION = 100;
const PATIENCE_MS = 1_800_000;

interface Steady {
  readonly events: number;
  readonly withoutCommands: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly firstP50Ms: number;
  readonly firstP99Ms: number;
  readonly creditsPer1000: number;
  readonly callsPer1000: number;
}

interface Burst {
  readonly coalescing: boolean;
  readonly batching: boolean;
  readonly events: number;
  readonly commands: number;
  readonly merged: number;
  readonly saved: number;
  readonly seconds: number;
  readonly callsPer1000: number;
  readonly creditsPer1000: number;
  readonly kinds: readonly CallSum[];
  /** The fewest credits per 1,000 events that these events can cost. */
  readonly floorPer1000: CreditFloor;
}

if (values.help) process.stdout.write(`${HELP}\n`);
else await main();

async function main(): Promise<void> {
  let provider = '';
  const during = async <T>(
    mode: Pick<Mode, 'coalescing' | 'batching'>,
    work: (run: RelayRun) => Promise<T>,
  ): Promise<T> => {
    const run = await RelayRun.start({ ...mode, concurrency: count('calls', 1) }, count('latency', 0));
    provider = run.fixture.system.provider;
    try {
      return await work(run);
    } finally {
      await run.stop();
    }
  };
  const [rate, seconds] = [count('rate', 1), count('seconds', 0)];
  const steady = seconds === 0 ? undefined : await during(ON, (run) => measureSteady(run, { rate, seconds }));
  const bursts: Burst[] = [];
  const burst = async (mode: Pick<Mode, 'coalescing' | 'batching'>, events: number): Promise<void> => {
    if (events > 0) bursts.push(await during(mode, (run) => measureBurst(run, mode, events)));
  };
  await burst(ON, count('events', 0));
  const off = count('off-events', 0);
  for (const mode of [
    ON,
    { coalescing: false, batching: true },
    { coalescing: true, batching: false },
    { coalescing: false, batching: false },
  ])
    await burst(mode, off);
  report({ steady, bursts, provider });
}

function count(name: 'events' | 'off-events' | 'rate' | 'seconds' | 'latency' | 'calls', least: number): number {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value >= least) return value;
  process.stderr.write(`--${name} wants a whole number, ${least} or more\n${HELP}\n`);
  process.exit(2);
}

/** Each event in a transaction of its own, on time whether or not the ones before are done. */
async function measureSteady(run: RelayRun, { rate, seconds }: { rate: number; seconds: number }): Promise<Steady> {
  const users = Math.max(1, Math.floor((rate * seconds) / A_USER));
  const events = sitesEvents(users);
  const before = await run.lastCall();
  const committed = new Map<string, number>();
  const begin = performance.now();
  const emitted: Promise<void>[] = [];
  const emit = async (event: SitesEvent): Promise<void> => {
    await run.emit([event]);
    committed.set(event.id, Date.now());
  };
  for (const [at, event] of events.entries()) {
    await pause(Math.max(0, begin + (at * 1000) / rate - performance.now()));
    emitted.push(emit(event));
  }
  await Promise.all(emitted);
  await run.done(events.length, PATIENCE_MS);
  const answers = await run.answers();
  const times = [...committed].flatMap(([id, at]) => {
    const answer = answers.get(id);
    return answer === undefined ? [] : [{ first: answer.first - at, last: answer.last - at }];
  });
  const calls = await run.calls(before);
  const last = times.map((each) => each.last);
  const first = times.map((each) => each.first);
  return {
    events: events.length,
    withoutCommands: events.length - times.length,
    p50Ms: percentile(last, 0.5),
    p99Ms: percentile(last, 0.99),
    firstP50Ms: percentile(first, 0.5),
    firstP99Ms: percentile(first, 0.99),
    ...per1000(calls, events.length),
  };
}

async function measureBurst(
  run: RelayRun,
  { coalescing, batching }: Pick<Mode, 'coalescing' | 'batching'>,
  wanted: number,
): Promise<Burst> {
  const events = sitesEvents(Math.ceil(wanted / A_USER));
  const before = await run.lastCall();
  const begin = performance.now();
  for (let at = 0; at < events.length; at += A_TRANSACTION) await run.emit(events.slice(at, at + A_TRANSACTION));
  await run.done(events.length, PATIENCE_MS);
  const seconds = Math.round((performance.now() - begin) / 100) / 10;
  const kinds = await run.calls(before);
  const { made: commands, merged, saved } = await run.commands();
  const { unordered, ordered } = creditFloor(await run.workload());
  const each1000 = (credits: number): number => Math.round((credits / events.length) * 10_000) / 10;
  const floorPer1000 = { unordered: each1000(unordered), ordered: each1000(ordered) };
  const made = { coalescing, batching, events: events.length, commands, merged, saved, seconds, floorPer1000 };
  return { ...made, ...per1000(kinds, events.length), kinds };
}

function per1000(kinds: readonly CallSum[], events: number): { callsPer1000: number; creditsPer1000: number } {
  const of = (name: 'calls' | 'credits'): number =>
    Math.round((kinds.reduce((sum, each) => sum + each[name], 0) / events) * 10_000) / 10;
  return { callsPer1000: of('calls'), creditsPer1000: of('credits') };
}

function report({
  steady,
  bursts,
  provider,
}: {
  steady: Steady | undefined;
  bursts: readonly Burst[];
  provider: string;
}): void {
  const where = machine(provider);
  const out = (line: string): boolean => process.stdout.write(`${line}\n`);
  const row = (cells: readonly (string | number)[]): string =>
    cells.map((cell, at) => (at === 0 ? String(cell).padEnd(26) : String(cell).padStart(13))).join('');
  out(
    `relay with property-sites, ${values.latency} ms a call, Professional edition, ${values.calls} calls at a time ` +
      `(${where.cpu}, ${where.cores} cores, ${where.memoryGb} GB, node ${where.node}; ${where.servers})`,
  );
  if (steady !== undefined) {
    out(
      `\n  ${steady.events} events at ${values.rate} a second, commit -> the CRM has answered (${steady.withoutCommands} made no command)`,
    );
    out(`  ${row(['', 'p50 ms', 'p99 ms'])}`);
    out(`  ${row(['last command of the event', Math.round(steady.p50Ms), Math.round(steady.p99Ms)])}`);
    out(`  ${row(['first command', Math.round(steady.firstP50Ms), Math.round(steady.firstP99Ms)])}`);
    out(`  ${steady.callsPer1000} calls and ${steady.creditsPer1000} credits per 1,000 events`);
  }
  if (bursts.length > 0)
    out(
      `\n  bursts\n  ${row(['coalescing, batching', 'events', 'commands', 'merged', 'saved', 'calls/1000', 'credits/1000', 'seconds'])}`,
    );
  for (const each of bursts) {
    const name = `${each.coalescing ? 'on' : 'off'}, ${each.batching ? 'on' : 'off'}`;
    out(
      `  ${row([name, each.events, each.commands, each.merged, each.saved, each.callsPer1000, each.creditsPer1000, each.seconds])}`,
    );
  }
  const [first] = bursts;
  if (first !== undefined) {
    out(`\n  what costs what in the first burst\n  ${row(['', 'calls', 'records', 'credits'])}`);
    for (const { kind, calls, records, credits } of first.kinds) out(`  ${row([kind, calls, records, credits])}`);
    const { unordered, ordered } = first.floorPer1000;
    out(`\n  the least that these events can cost per 1,000, were they all there from the start and every call full`);
    out(`  ${row(['each record written once', `${unordered} credits`])}`);
    out(`  ${row(['with its order kept', `${ordered} credits`])}`);
  }
  if (!values.json) return;
  const { p50Ms, p99Ms } = steady ?? { p50Ms: null, p99Ms: null };
  const { callsPer1000, creditsPer1000 } = first ?? { callsPer1000: null, creditsPer1000: null };
  out(JSON.stringify({ p50Ms, p99Ms, creditsPer1000, callsPer1000, steady: steady ?? null, bursts, machine: where }));
}
