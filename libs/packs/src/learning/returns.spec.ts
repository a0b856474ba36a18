import { CrmPlayer, eventOf, type EventSeed } from '#mapping';
import { mapping } from './mapping.ts';
import { goodbye, signUp, told, USER } from './mapping.seeds.ts';

const CONTACT = `Contacts/${USER}`;
const common = {
  user_id: USER,
  module: 'Contacts',
  record_id: CONTACT,
  changed_at: '2026-03-09T08:00:00Z',
  changed_by: { id: '1', name: 'A person' },
};

class School {
  readonly player = new CrmPlayer(mapping);
  #number = 0;

  tell(...seeds: readonly EventSeed[]): void {
    for (const seed of seeds) this.player.take(eventOf(mapping, seed, (this.#number += 1)));
  }

  get told(): unknown[] {
    return this.player.told.map(({ type, data }) => [type, data]);
  }

  field(name: string): unknown {
    return this.player.records.get(CONTACT)?.fields[name] ?? null;
  }
}

describe('what people do with a contact', () => {
  let school: School;
  beforeEach(() => {
    school = new School();
    school.tell(signUp);
  });

  it('is told when they tick the opt-out, and when they take it back', () => {
    school.player.edit(CONTACT, { Email_Opt_Out: true });
    school.player.edit(CONTACT, { Email_Opt_Out: false });
    const type = 'crm.contact.email_opt_out_changed';
    expect(school.told).toEqual([
      [type, { ...common, opt_out: true }],
      [type, { ...common, opt_out: false }],
    ]);
  });

  it('is not told of a box that nobody ticked', () => {
    school.player.edit(CONTACT, { Email_Opt_Out: false });
    expect(school.told).toEqual([]);
  });

  it("is told of an owned field, which stands until the product's own value changes", () => {
    school.player.edit(CONTACT, { First_Name: 'Anna' });
    const data = { ...common, field: 'First_Name', product_value: 'Ana', crm_value: 'Anna', restored: false };
    expect(school.told).toEqual([['crm.contact.owned_field_edited', data]]);
    school.tell(told('streak.changed', { days: 3 }));
    expect(school.field('First_Name')).toBe('Anna');
    school.tell(told('user.profile_changed', { first_name: 'Anne' }));
    expect(school.field('First_Name')).toBe('Anne');
    expect(school.told).toHaveLength(1);
  });

  it('is told when they delete it, once, and it is not made again', () => {
    school.player.delete(CONTACT);
    school.player.look(CONTACT);
    school.tell(told('streak.changed', { days: 3 }));
    expect(school.told).toEqual([['crm.contact.deleted', common]]);
    expect(school.player.records.has(CONTACT)).toBe(false);
  });

  it("is nobody's when the product deletes it", () => {
    school.tell(goodbye);
    expect(school.player.records.size).toBe(0);
    expect(school.told).toEqual([]);
  });
});
