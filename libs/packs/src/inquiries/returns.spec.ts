import { CrmPlayer, eventOf, withSettings } from '#mapping';
import type { CausewayEvent, JsonObject } from '#contracts';
import { mapping as plain } from './mapping.ts';

const settings = { record_types: ['contacts', 'messages', 'tickets'] };
const contact = {
  id: '7',
  site: 'sunny-homes',
  first_name: 'Ana',
  last_name: 'Ruiz',
  primary_email: 'ana@example.test',
  primary_phone_number: null,
  other_phone_number: null,
  address: { street: 'Calle Sol 1', city: 'Malaga' },
  created_at: '2026-03-01T10:00:00Z',
};
const ticket = {
  id: '31',
  site: 'sunny-homes',
  ticket_number: 'T-0031',
  subject: 'Site is down',
  description: null,
  status: 'open',
  priority: 'low',
  creator: { id: '5' },
  created_at: '2026-03-02T09:30:00Z',
};
const message = { id: '501', site: 'sunny-homes', contact: { id: '7' }, text: 'Hello', property: null };
const CONTACT = 'Contacts/t1:7';
const CASE = 'Cases/t1:31';

/** One tenant's CRM, its people and its product. */
class Agency {
  readonly player = new CrmPlayer(withSettings(plain, settings, 'c1'));
  #number = 0;

  tell(type: string, data: JsonObject, origin?: CausewayEvent['origin']): void {
    const subject = type.startsWith('ticket') ? '31' : '7';
    const seed = { type, subject, data, tenantId: 't1', key: `t1:${subject}`, id: `e${(this.#number += 1)}` };
    this.player.take(eventOf(plain, { ...seed, origin }));
  }

  get told(): unknown[] {
    return this.player.told.map(({ type, data }) => [type, data]);
  }

  field(key: string, name: string): unknown {
    return this.player.records.get(key)?.fields[name] ?? null;
  }
}

const common = {
  record_id: expect.any(String),
  changed_at: '2026-03-09T08:00:00Z',
  changed_by: { id: '1', name: 'A person' },
  source: 'zoho-crm',
};

describe('what people do with a person', () => {
  it('is told once with all that changed, under the names of the payload', () => {
    const agency = new Agency();
    agency.tell('contact.created', contact);
    agency.player.edit(CONTACT, { First_Name: 'Anna', Mailing_City: null, Title: 'Dr' });
    agency.player.look(CONTACT);
    expect(agency.told).toEqual([
      [
        'crm.contact.changed',
        { ...common, contact_id: '7', module: 'Contacts', changes: { first_name: 'Anna', 'address.city': null } },
      ],
    ]);
  });

  it('stays until the product changes that very field', () => {
    const agency = new Agency();
    agency.tell('contact.created', contact);
    agency.player.edit(CONTACT, { First_Name: 'Anna' });
    agency.tell('contact.updated', { ...contact, last_name: 'Ruiz Soler' });
    expect(agency.field(CONTACT, 'First_Name')).toBe('Anna');
    expect(agency.field(CONTACT, 'Last_Name')).toBe('Ruiz Soler');
    agency.tell('contact.updated', { ...contact, first_name: 'Ane' });
    expect(agency.field(CONTACT, 'First_Name')).toBe('Ane');
  });

  it("the product's answer does not undo it, nor is it an edit again", () => {
    const agency = new Agency();
    agency.tell('contact.created', contact);
    agency.player.edit(CONTACT, { First_Name: ' Anna  Maria ' });
    const origin = { connectionId: 'c1', fields: ['first_name'] };
    agency.tell('contact.updated', { ...contact, first_name: 'Anna Maria' }, origin);
    expect(agency.field(CONTACT, 'First_Name')).toBe(' Anna  Maria ');
    agency.player.look(CONTACT);
    expect(agency.told).toHaveLength(1);
  });

  it('is told of a Lead under its own fields', () => {
    const agency = new Agency();
    agency.tell('message.created', { ...message, created_at: contact.created_at });
    agency.player.edit('Leads/t1:7', { Street: 'Calle 2', Last_Name: 'Ruiz' });
    expect(agency.told).toMatchObject([
      ['crm.contact.changed', { module: 'Leads', changes: { last_name: 'Ruiz', 'address.street': 'Calle 2' } }],
    ]);
  });

  it("leaves what is the product's own, without an event", () => {
    const agency = new Agency();
    agency.tell('contact.created', contact);
    agency.player.edit(CONTACT, { Agency_Site: 'elsewhere' });
    expect(agency.told).toEqual([]);
    expect(agency.field(CONTACT, 'Agency_Site')).toBe('elsewhere');
    expect(agency.player.conflicts).toMatchObject([{ field: 'Agency_Site', restored: false }]);
  });

  it('a deletion is told once', () => {
    const agency = new Agency();
    agency.tell('contact.created', contact);
    agency.player.delete(CONTACT);
    agency.player.look(CONTACT);
    expect(agency.told).toEqual([['crm.contact.deleted', { ...common, contact_id: '7', module: 'Contacts' }]]);
  });
});

describe('what people do with a ticket', () => {
  it.each([
    ['In Progress', 'in_progress'],
    ['On Hold', 'in_progress'],
    ['Escalated', 'in_progress'],
    ['Waiting for Input', 'waiting_on_customer'],
    ['Closed', 'resolved'],
  ])('%s means %s', (external, status) => {
    const agency = new Agency();
    agency.tell('ticket.created', ticket);
    agency.player.edit(CASE, { Status: external });
    agency.player.look(CASE);
    expect(agency.told).toEqual([
      ['crm.ticket.status_changed', { ...common, ticket_id: '31', module: 'Cases', status, external_status: external }],
    ]);
  });

  it.each(['New'])('%s means what the product has already: nothing is told', (external) => {
    const agency = new Agency();
    agency.tell('ticket.created', ticket);
    agency.player.edit(CASE, { Status: external });
    expect(agency.told).toEqual([]);
  });

  it('a status of their own is told as one that nobody knows', () => {
    const agency = new Agency();
    agency.tell('ticket.created', ticket);
    agency.player.edit(CASE, { Status: 'In the garage' });
    expect(agency.told).toMatchObject([
      ['crm.ticket.status_unmapped', { ticket_id: '31', status: null, external_status: 'In the garage' }],
    ]);
  });

  it("on hold, and the product's answer does not undo it; the next status goes out", () => {
    const agency = new Agency();
    agency.tell('ticket.created', ticket);
    agency.player.edit(CASE, { Status: 'On Hold' });
    const origin = { connectionId: 'c1', fields: ['status'] };
    agency.tell('ticket.updated', { ...ticket, status: 'in_progress' }, origin);
    expect(agency.field(CASE, 'Status')).toBe('On Hold');
    agency.player.look(CASE);
    expect(agency.told).toHaveLength(1);
    agency.tell('ticket.updated', { ...ticket, status: 'resolved' });
    expect(agency.field(CASE, 'Status')).toBe('Closed');
  });

  it('closed by people, closed by the product: nothing is sent', () => {
    const agency = new Agency();
    agency.tell('ticket.created', ticket);
    agency.player.edit(CASE, { Status: 'Closed' });
    agency.tell('ticket.updated', { ...ticket, status: 'resolved' });
    expect(agency.player.results.at(-1)?.commands).toEqual([]);
  });

  it('their subject stays until the product has another', () => {
    const agency = new Agency();
    agency.tell('ticket.created', ticket);
    agency.player.edit(CASE, { Subject: 'Down' });
    agency.tell('ticket.updated', { ...ticket, priority: 'high' });
    expect([agency.field(CASE, 'Subject'), agency.field(CASE, 'Priority')]).toEqual(['Down', 'High']);
    expect(agency.told).toEqual([]);
  });

  it('a deletion is told', () => {
    const agency = new Agency();
    agency.tell('ticket.created', ticket);
    agency.player.delete(CASE);
    expect(agency.told).toEqual([['crm.ticket.deleted', { ...common, ticket_id: '31', module: 'Cases' }]]);
  });
});
