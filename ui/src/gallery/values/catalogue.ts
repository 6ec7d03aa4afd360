// Documents with what is wrong with them, and what follows from a change.
import type { Schemas } from '$lib/backend/api'
import { difference } from './months'

export const contract = `apiVersion: sla-desk/v1
kind: Contract # as agreed
metadata: { name: prairie-platform, displayName: Platform agreement }
spec:
  tenant: prairie
  version: 1
  validFrom: 2026-01-01
  currency: USD
  timeZone: America/Chicago
  fee: { monthly: 9800 }
  commitments:
    - name: availability
      slo: api-availability
      target: 99.9
      penalty: { bands: [{ from: 0, below: 99.9, credit: 10 }] }
  caps:
    - { per: month, share: 25, of: base }
`
export const slo = `apiVersion: openslo/v1
kind: SLO
metadata: { name: api-availability, displayName: API availability }
spec:
  service: platform
  indicatorRef: api
  budgetingMethod: Timeslices
  objectives: [{ targetPercent: 99.9 }]
`
export const source = `apiVersion: openslo/v1
kind: DataSource
metadata: { name: thanos }
spec: { type: Prometheus, connectionDetails: { url: "https://thanos.example.com" } }
`

const finding = (over: Partial<Schemas['FindingView']>): Schemas['FindingView'] => ({
  code: 'unsound-bands',
  severity: 'error',
  file: 'ledger:Contract/prairie-platform.1@1',
  line: 4,
  column: 3,
  path: 'spec.commitments[0].penalty.bands[0]',
  found: 'a last band that ends below 99.9',
  expected: 'below 99.95, the target',
  german: { found: 'eine letzte Stufe, die unter 99.9 endet', expected: 'unter 99.95, das Ziel' },
  ...over,
})
export const findings = [
  finding({ stake: '2450.00 USD' }),
  finding({
    code: 'no-cap',
    severity: 'unsound',
    line: 2,
    path: 'spec',
    found: 'no caps',
    expected: 'a cap, or an empty list that says that there is none',
    german: {
      found: 'keine Obergrenze',
      expected: 'eine Obergrenze oder eine leere Liste, die sagt, dass es keine gibt',
    },
    wording: {
      de: 'Die Gutschriften eines Monats sind auf [25] % der Monatsvergütung begrenzt.',
      en: 'The credits of a month are capped at [25] % of the monthly fee.',
    },
  }),
  finding({
    code: 'missing-field',
    path: 'spec.commitments[0].slo',
    found: 'nothing',
    expected: '`slo`: Name of the `SLO` that is measured',
    german: { found: 'nichts', expected: '`slo`: Name des gemessenen `SLO`' },
  }),
  finding({
    code: 'unreadable',
    path: '',
    found: 'x'.repeat(300),
    expected: 'YAML',
    german: { found: 'x'.repeat(300), expected: 'YAML' },
  }),
]

const row = (over: Partial<Schemas['CatalogueRow']>): Schemas['CatalogueRow'] => ({
  kind: 'Contract',
  name: 'prairie-platform.1',
  title: 'Platform agreement',
  origin: 'ledger',
  version: 3,
  tenant: 'prairie',
  retired: false,
  entered_by: 'otto',
  entered_at: '2026-10-01T08:00:00Z',
  sha256: 'a'.repeat(64),
  errors: 0,
  unsound: 0,
  ...over,
})
export const rows = [
  row({}),
  row({ name: 'broken.1', title: 'A contract with errors', errors: 2, unsound: 1, retired: true }),
  row({ kind: 'SLO', name: 'api-availability', title: '可用性', unsound: 3 }),
  row({
    kind: 'Service',
    name: 'platform',
    title: null,
    origin: 'file',
    file: 'prairie.yaml',
    line: 9,
    version: null,
    entered_by: null,
    entered_at: null,
  }),
]

export const whole = (over: Partial<Schemas['WholeDocument']>): Schemas['WholeDocument'] => ({
  kind: 'Contract',
  name: 'prairie-platform.1',
  title: 'Platform agreement',
  origin: 'ledger',
  version: 3,
  retired: false,
  entered_by: 'otto',
  entered_at: '2026-10-01T08:00:00Z',
  sha256: 'a'.repeat(64),
  decisions: [],
  text: contract,
  ...over,
})

export const checked = (over: Partial<Schemas['Checked']>): Schemas['Checked'] => ({
  documents: [{ kind: 'Contract', name: 'prairie-platform.1', origin: 'ledger' }],
  findings: [],
  accepted: [],
  elsewhere: [],
  ...over,
})

export const history: Schemas['DocumentView'][] = [1, 2, 3].map((version) => ({
  kind: 'Contract',
  name: 'prairie-platform.1',
  version,
  retired: version === 2,
  entered_by: 'otto',
  entered_at: `2026-10-0${version}T08:00:00Z`,
  sha256: 'a'.repeat(64),
  decisions: [],
}))

export const templates: Schemas['TemplateView'][] = [
  {
    name: 'msp-availability-de',
    title: 'Verfügbarkeit eines Managed Service',
    description: 'Verfügbarkeit je Kalendermonat mit drei Stufen und einer Obergrenze.',
    source: null,
    text: contract,
  },
  {
    name: 'slack-uptime',
    title: 'A public SLA',
    description: 'Ten times the fee of the downtime. '.repeat(6),
    source: 'https://example.com/sla (2026-11-01)',
    text: contract,
  },
]

const effect = (over: Partial<Schemas['MonthEffect']>): Schemas['MonthEffect'] => ({
  tenant: 'prairie',
  tenant_name: 'Prairie Parcel Inc.',
  contract: 'prairie-platform',
  month: '2026-10',
  revision: 1,
  verdict: 'undecidable',
  credit_total: { currency: 'USD', low_minor: 0, high_minor: 98_000 },
  has_moved: false,
  difference,
  ...over,
})
export const effects: Schemas['Effects'] = {
  months: [
    effect({ has_moved: true }),
    effect({
      month: '2026-09',
      difference: {
        ...difference,
        verdict: { before: 'met', after: 'met' },
        credit_total: { before: difference.credit_total.before, after: difference.credit_total.before },
        promises: [],
      },
    }),
    effect({
      month: '2026-08',
      difference: null,
      problem: { code: 'evidence.missing', detail: 'the evidence of this month is not in the store' },
    }),
    effect({
      month: '2026-07',
      difference: null,
      problem: { code: 'measure', detail: 'a code that has no words of its own' },
    }),
  ],
  left_out: 12,
}

const ask = (over: Partial<Schemas['AskTest']>): Schemas['AskTest'] => ({
  wanted_by: 'prairie/availability',
  asked: 'sum(increase(http_requests_total{tenant="prairie",code!~"5.."}[1m]))',
  from: '2026-11-27T20:00:00Z',
  to: '2026-11-27T21:00:00Z',
  slices: 60,
  usable: 58,
  warnings: [],
  ...over,
})
export const tested = (over: Partial<Schemas['SourceTest']>): Schemas['SourceTest'] => ({
  name: 'thanos',
  address: 'https://thanos.example.com',
  is_reached: true,
  version: '3.5.0',
  retention: '400d',
  oldest: '2025-10-24T00:00:00Z',
  secrets: 'sent',
  asks: [],
  ...over,
})
export const askedOf = [
  ask({}),
  ask({
    wanted_by: 'prairie/latency',
    usable: null,
    warnings: ['results may be incomplete: one store did not answer'],
    problem: {
      code: 'prometheus.rejected',
      detail:
        'https://thanos.example.com/api/v1/query_range refused the query (400): parse error: unexpected end of input; the query is: sum(',
    },
  }),
  ask({
    wanted_by: 'prairie/errors',
    usable: null,
    problem: { code: 'a.code_of_tomorrow', detail: 'something that has no words of its own' },
  }),
]
