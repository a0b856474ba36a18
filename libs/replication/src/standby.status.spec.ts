import { statusUpdate } from './standby.status.ts';

describe('standby status update', () => {
  it('lies in the bytes as the protocol says', () => {
    const message = statusUpdate({
      received: 0x16_b374_d848n,
      confirmed: 5n,
      ping: true,
      now: Date.UTC(2000, 0, 1, 0, 0, 1),
    });
    expect(message.toString('hex')).toBe(
      ['72', '00000016b374d848', '0000000000000005', '0000000000000005', '00000000000f4240', '01'].join(''),
    );
  });

  it('does not ask for an answer unless told, and confirms exactly the address given', () => {
    const message = statusUpdate({ received: 0n, confirmed: 0xffff_ffffn, ping: false, now: Date.now() });
    expect(message.readUInt8(33)).toBe(0);
    expect(message.readBigUInt64BE(9)).toBe(0xffff_ffffn);
  });
});
