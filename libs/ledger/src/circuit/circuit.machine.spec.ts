import fc from 'fast-check';
import { CLOSED, nextCircuit, type Circuit, type CircuitEvent } from './circuit.machine.ts';

const NOW = 1_000_000;
const failed: CircuitEvent = { kind: 'failed', random: 0.5 };
const answered: CircuitEvent = { kind: 'answered' };
const probe: CircuitEvent = { kind: 'probe', leaseMs: 5000 };
const unused: CircuitEvent = { kind: 'unused' };
const failures = (count: number): Circuit => ({ state: 'closed', failures: count });
const open = (trips: number, seconds: number): Circuit => ({ state: 'open', trips, until: NOW + seconds * 1000 });
const halfOpen = (trips: number, seconds: number): Circuit => ({
  state: 'half_open',
  trips,
  until: NOW + seconds * 1000,
});

describe('nextCircuit', () => {
  it.each<[before: Circuit, event: CircuitEvent, after: Circuit]>([
    [CLOSED, failed, failures(1)],
    [CLOSED, answered, CLOSED],
    [CLOSED, probe, CLOSED],
    [CLOSED, unused, CLOSED],
    [failures(3), failed, failures(4)],
    [failures(4), answered, CLOSED],
    [failures(4), failed, open(1, 30)],
    [open(1, 10), failed, open(1, 10)],
    [open(1, 10), answered, CLOSED],
    [open(1, 10), probe, open(1, 10)],
    [open(1, 0), probe, halfOpen(1, 5)],
    [open(1, 0), unused, open(1, 0)],
    [halfOpen(1, 5), answered, CLOSED],
    [halfOpen(1, 5), failed, open(2, 60)],
    [halfOpen(2, 5), failed, open(3, 120)],
    [halfOpen(3, 5), failed, open(4, 240)],
    [halfOpen(40, 5), failed, open(41, 240)],
    [halfOpen(1, 5), probe, halfOpen(1, 5)],
    [halfOpen(1, -1), probe, halfOpen(1, 5)],
    [halfOpen(2, 5), unused, open(2, 0)],
  ])('%j with %j becomes %j', (before, event, after) => {
    expect(nextCircuit(before, event, NOW)).toEqual(after);
  });

  const anyEvent = fc.record({
    seconds: fc.nat({ max: 400 }),
    event: fc.constantFrom<CircuitEvent>(failed, answered, probe, unused),
  });

  it('is closed by every answer, opened by failures alone, and lets out one probe at a time', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 60 }), (steps) => {
        let [circuit, now]: [Circuit, number] = [CLOSED, NOW];
        for (const { seconds, event } of steps) {
          now += seconds * 1000;
          const next = nextCircuit(circuit, event, now);
          if (event.kind === 'answered') expect(next).toEqual(CLOSED);
          if (next.state === 'open' && circuit.state !== 'open') expect(['failed', 'unused']).toContain(event.kind);
          if (next.state === 'open') expect(next.until - now).toBeLessThanOrEqual(264_000);
          if (next.state === 'half_open' && next !== circuit) {
            expect(event.kind).toBe('probe');
            expect(circuit.state === 'closed' ? Infinity : circuit.until).toBeLessThanOrEqual(now);
          }
          circuit = next;
        }
      }),
    );
  });

  it('lets a destination that is away cost one call a pause, and notices within one that it is back', () => {
    let [circuit, now, calls]: [Circuit, number, number] = [CLOSED, NOW, 0];
    for (; now < NOW + 3_600_000; now += 1000) {
      circuit = nextCircuit(circuit, probe, now);
      if (circuit.state === 'open') continue;
      calls += 1;
      circuit = nextCircuit(circuit, { kind: 'failed', random: 0.5 }, now);
    }
    // 5 calls open it; then after 30, 60, 120 and every 240 s.
    expect(calls).toBe(5 + 3 + Math.floor((3600 - 4 - 210) / 240));
  });
});
