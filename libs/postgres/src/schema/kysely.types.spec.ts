import { kyselyTypes } from './kysely.types.ts';
import type { ColumnRow } from './relation.catalogue.ts';

const column = (given: Partial<ColumnRow> & { column: string; type: string }): ColumnRow => ({
  schema: 'shop',
  relation: 'order_lines',
  isArray: false,
  nullable: false,
  hasDefault: false,
  computed: false,
  labels: null,
  ...given,
});

describe('kyselyTypes', () => {
  it.each([
    [column({ column: 'a', type: 'text' }), 'a: string;'],
    [column({ column: 'a', type: 'uuid', hasDefault: true }), 'a: Generated<string>;'],
    [column({ column: 'a', type: 'int4', nullable: true }), 'a: number | null;'],
    [column({ column: 'a', type: 'int8', computed: true, hasDefault: true }), 'a: Computed<BigInteger>;'],
    [column({ column: 'a', type: 'timestamptz', nullable: true, hasDefault: true }), 'a: Generated<Timestamp | null>;'],
    [column({ column: 'a', type: 'jsonb' }), 'a: JsonColumn;'],
    [column({ column: 'a', type: 'jsonb', isArray: true }), 'a: Array<Json>;'],
    [column({ column: 'a', type: 'text', isArray: true }), 'a: Array<string>;'],
    [column({ column: 'a', type: 'int8', isArray: true }), 'a: Array<string>;'],
    [column({ column: 'a', type: 'bytea' }), 'a: Buffer;'],
    [column({ column: 'a', type: 'mood', labels: ['sad', 'ok'] }), `a: 'sad' | 'ok';`],
    [column({ column: 'a', type: 'inet' }), 'a: string;'],
  ])('%j', (row, expected) => {
    expect(kyselyTypes([row], 'Shop')).toContain(`interface ShopOrderLines {\n  ${expected}\n}`);
  });

  it('names tables with their schema and imports only what is used', () => {
    const text = kyselyTypes(
      [column({ column: 'at', type: 'timestamptz' }), column({ relation: 'users', column: 'id', type: 'text' })],
      'Shop',
    );
    expect(text).toContain(
      `export interface Shop {\n  'shop.order_lines': ShopOrderLines;\n  'shop.users': ShopUsers;\n}`,
    );
    expect(text).toContain(`import type { Timestamp } from '../column.types.ts';`);
  });
});
