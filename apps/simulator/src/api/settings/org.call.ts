import { formatTime, ZONE } from '../../org/zoho.time.ts';
import type { Call } from '../call.ts';
import { onArea } from '../needs.ts';

const PAID_UNTIL = Date.UTC(2040, 0, 1);

/** `GET /org` (reference 8); `paid_type` tells the edition, hence the limits. */
export const orgCall: Call = {
  kind: 'org',
  method: 'GET',
  path: '/crm/v8/org',
  needs: onArea('org', ['READ']),
  run: (_request, org) => ({
    status: 200,
    body: {
      org: [
        {
          id: org.id,
          zgid: org.zgid,
          company_name: 'Simulated Company',
          domain_name: `org${org.zgid}`,
          alias: null,
          primary_email: org.users.admin.email,
          primary_zuid: org.users.admin.zuid,
          country: 'Nigeria',
          country_code: 'NG',
          currency: 'Euro',
          currency_symbol: '€',
          iso_code: 'EUR',
          currency_locale: 'en_GB',
          time_zone: ZONE.name,
          type: 'production',
          mc_status: false,
          license_details: {
            paid: true,
            paid_type: org.limits.settings.edition.toLowerCase(),
            paid_expiry: formatTime(PAID_UNTIL),
            trial_action: 'none',
            trial_type: null,
            trial_expiry: null,
            users_license_purchased: org.limits.settings.users,
          },
        },
      ],
    },
  }),
};
