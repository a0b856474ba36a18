import { FAULT_POINTS } from '../../apps/publisher/src/fault.points.ts';
import { RELAY_FAULT_POINTS } from '../../apps/relay/src/fault.points.ts';
import { formatTrigger, parseTrigger } from './fault.trigger.ts';

describe('a trigger', () => {
  it.each([...FAULT_POINTS, ...RELAY_FAULT_POINTS])('%s is read back as it was written', (point) => {
    const trigger = { point, nth: 3, action: 'freeze' } as const;
    expect(parseTrigger(formatTrigger(trigger))).toEqual(trigger);
  });

  it.each([
    '',
    'records sent',
    'records sent:0:kill',
    'records sent:x:kill',
    'records sent:1:stop',
    'record sent:1:kill',
  ])('that could never fire is refused: %s', (text) => expect(() => parseTrigger(text)).toThrow('no fault point'));
});
