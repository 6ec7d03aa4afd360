// Months and their credits, as lists and one by one.
import type { Schemas } from '$lib/backend/api'
import type { MonthRef, Seen } from '$rooms/workflow/steps'
import { dates } from './record'

export const at: MonthRef = { tenant: 'prairie', contract: 'prairie-platform', month: '2026-10' }
export const zone = 'America/Chicago'

const instant = (day: number, hour: number) =>
  `2026-10-${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}:00:00Z`

export const step = (over: Partial<Schemas['StepView']>): Schemas['StepView'] => ({
  number: 1,
  step: 'submit',
  note: '',
  actor: 'mara',
  at: '2026-11-02T09:00:00Z',
  ...over,
})

export const credit = (over: Partial<Schemas['CreditView']>): Schemas['CreditView'] => ({
  commitment: 'availability',
  currency: 'USD',
  low_minor: 0,
  high_minor: 98_000,
  state: 'in_review',
  issued_before_minor: 0,
  steps: [],
  next_steps: [
    { step: 'approve', blocked_by: null },
    { step: 'decide', blocked_by: null },
    { step: 'reject', blocked_by: null },
  ],
  ...over,
})

export const month = (over: Partial<Schemas['MonthView']>): Schemas['MonthView'] => ({
  ...at,
  tenant_name: 'Prairie Parcel Inc.',
  time_zone: zone,
  next_steps: [],
  revision: 1,
  state: 'in_review',
  verdict: 'undecidable',
  credit_total: { currency: 'USD', low_minor: 0, high_minor: 98_000 },
  closed_by: 'mara',
  closed_at: '2026-11-02T08:00:00Z',
  credits: [],
  steps: [],
  ...over,
})

export const seen = (over: Partial<Schemas['MonthView']>): Seen<Schemas['MonthView']> => ({
  data: month(over),
  tag: '"1.0"',
})

export const summary = (over: Partial<Schemas['MonthSummary']>): Schemas['MonthSummary'] => ({
  ...at,
  tenant_name: 'Prairie Parcel Inc.',
  revision: 1,
  state: 'in_review',
  verdict: 'undecidable',
  currency: 'USD',
  low_minor: 0,
  high_minor: 98_000,
  due: '2099-11-30',
  time_zone: zone,
  closed_by: 'mara',
  closed_at: '2026-11-02T08:00:00Z',
  steps: 1,
  credits_open: 1,
  ...over,
})

export const months = [
  summary({}),
  summary({
    tenant: 'stadtwerke',
    tenant_name: 'Stadtwerke mit einem Namen, der länger ist als jede Spalte breit sein kann',
    verdict: 'breached',
    state: 'closed',
    currency: 'EUR',
    low_minor: 291_562,
    high_minor: 291_562,
    due: '2026-11-03',
  }),
  summary({
    tenant: 'wakaba',
    tenant_name: '株式会社 ワカバ',
    verdict: 'met',
    state: 'issued',
    currency: 'JPY',
    high_minor: 0,
    due: null,
    credits_open: 0,
  }),
]

export const creditLine = (over: Partial<Schemas['CreditSummary']>): Schemas['CreditSummary'] => ({
  ...at,
  tenant_name: 'Prairie Parcel Inc.',
  revision: 1,
  commitment: 'availability',
  title: 'API availability',
  state: 'in_review',
  currency: 'USD',
  low_minor: 0,
  high_minor: 98_000,
  issued_before_minor: 0,
  due: '2026-11-30',
  steps: 1,
  closed_by: 'mara',
  ...over,
})

export const credits = [
  creditLine({}),
  creditLine({ commitment: 'latency', title: '応答時間', decided_minor: 49_000, decided_by: 'ole' }),
  creditLine({
    tenant: 'stadtwerke',
    tenant_name: 'Stadtwerke mit einem Namen, der länger ist als jede Spalte breit sein kann',
    currency: 'EUR',
    low_minor: 291_562,
    high_minor: 291_562,
    state: 'reversed',
    due: null,
  }),
]

export const creditTotals: Schemas['CreditTotals'][] = [
  {
    currency: 'EUR',
    count: 12_400,
    low_minor: 29_156_200,
    high_minor: 129_156_200,
    decided_count: 3,
    decided_minor: 49_000,
    issued_before_minor: 0,
  },
  {
    currency: 'JPY',
    count: 1,
    low_minor: 0,
    high_minor: 98_000,
    decided_count: 0,
    decided_minor: 0,
    issued_before_minor: 1_200,
  },
]

const amounts: Schemas['Amounts'] = {
  charges_minor: 980_000,
  open_minor: { low: 0, high: 98_000 },
  approved_minor: 0,
  issued_minor: 12_000,
  reversed_minor: 1_000,
  credits_minor: { low: 11_000, high: 109_000 },
  net_minor: { low: 871_000, high: 969_000 },
  rises_minor: { low: 0, high: 0 },
}
const booked: Schemas['Booked'] = { issued_minor: 12_000, reversed_minor: 1_000, net_minor: 11_000 }
const cap = (over: Partial<Schemas['RunningCap']>): Schemas['RunningCap'] => ({
  per: 'month',
  commitments: ['availability', 'latency'],
  limit_minor: 245_000,
  used_before_minor: { low: 0, high: 0 },
  used_minor: { low: 11_000, high: 109_000 },
  left_minor: { low: 136_000, high: 234_000 },
  ...over,
})

export const currencyTotals: Schemas['CurrencyTotal'][] = [
  { currency: 'USD', amounts, booked },
  { currency: 'EUR', amounts: { ...amounts, charges_minor: 129_156_200 }, booked },
]

export const billing = (caps: Schemas['RunningCap'][]): Schemas['Billing'] => ({
  schema: 'sla-desk/billing/v1',
  from: '2026-10',
  to: '2026-10',
  contracts: [
    {
      tenant: 'prairie',
      tenant_name: 'Prairie Parcel Inc.',
      contract: 'prairie-platform',
      currency: 'USD',
      months: [{ month: '2026-10', revision: 1, state: 'in_review', amounts, caps }],
      total: amounts,
      booked,
      bookings: [],
    },
  ],
  totals: currencyTotals,
})
export const caps = [
  cap({}),
  cap({ per: 'commitment', commitments: ['availability'] }),
  cap({ per: 'year', since: '2026-01', left_minor: { low: 0, high: 0 } }),
]

export const derived: Schemas['DerivedPromise'] = {
  commitment: 'availability',
  title: 'API availability',
  month: '2026-10',
  low_minor: 0,
  high_minor: 98_000,
  cases: [
    {
      case: 'least',
      title: 'Least',
      is_bonus: false,
      minor: 0,
      steps: [derivedStep('The promise was kept', 'USD 0', 'USD 0.00')],
    },
    {
      case: 'most',
      title: 'Most',
      is_bonus: false,
      minor: 98_000,
      steps: [
        derivedStep('Base: the monthly fee', 'USD 9,800', 'USD 9,800.00'),
        derivedStep(`A band with ${'a very long condition, '.repeat(12)}`, 'USD 980.005', 'USD 980.00'),
      ],
    },
  ],
}

function derivedStep(text: string, exact: string, rounded: string): Schemas['DerivedStep'] {
  return { rule: 'base', text, inputs: [], unit: 'money', exact, rounded }
}

export const derivations: Schemas['Derived'] = {
  language: 'en',
  currency: 'USD',
  promises: [derived],
  earned_back: [{ ...derived, month: '2026-07' }],
}

const outage = (
  day: number,
  hours: number,
  standing: Schemas['OutageStanding'],
  over: Partial<Schemas['ExplainedOutage']> = {},
): Schemas['ExplainedOutage'] => ({
  contract: 'prairie-platform',
  commitment: 'availability',
  start: instant(day, 4),
  end: instant(day, 4 + hours),
  seconds: hours * 3_600,
  reason: { code: 'all_failed', failed: 10, total: 10 },
  standing,
  incidents: [],
  exclusions: [],
  ...over,
})

export const outages = [
  outage(3, 1, 'counts'),
  outage(9, 9, 'excluded', {
    exclusions: [
      {
        name: 'move',
        reason: 'The move to the second site',
        start: instant(9, 4),
        end: instant(9, 13),
        state: 'approved',
        decision: 'accepted',
      },
    ],
  }),
  outage(14, 1, 'too_short'),
  outage(22, 18, 'counts', {
    incidents: [{ name: 'db', title: 'The database moved', from: instant(22, 2), to: null }],
  }),
]

export const requests: Schemas['RequestView'][] = (['requested', 'approved', 'refused'] as const).map(
  (state, index) => ({
    name: `move-${state}`,
    version: 1,
    tenant: 'prairie',
    commitments: [],
    kind: 'maintenance',
    start: instant(9 + index, 4),
    end: instant(9 + index, 13),
    reason: index === 2 ? 'A reason that somebody pasted, '.repeat(20) : 'The move to the second site',
    state,
    requested_by: 'mara',
    requested_at: '2026-10-02T08:00:00Z',
    decisions:
      state === 'requested'
        ? []
        : [
            {
              decision: state === 'approved' ? 'approve' : 'refuse',
              reason: state === 'approved' ? '' : 'It was announced too late',
              actor: 'gwen',
              at: '2026-10-03T08:00:00Z',
            },
          ],
  }),
)

/** A budget that loses so much in percent on some days. */
export const burn = (title: string, least: number, most: number): Schemas['BurnDown'] => ({
  commitment: 'availability',
  title,
  target: '99.9',
  allowed_seconds: '2678.4',
  days: dates.map((date, day) => {
    const lost = (each: number) => (day >= 20 ? 2 * each : day >= 8 ? each : 0)
    const left = (each: number) => (100 - lost(each)).toFixed(2)
    return {
      date,
      ideal_left_percent: (100 - ((day + 1) * 100) / 31).toFixed(2),
      used_percent: { low: lost(least).toFixed(2), high: lost(most).toFixed(2) },
      left_percent: { low: left(most), high: left(least) },
      used_seconds: { low: String(lost(least) * 26), high: String(lost(most) * 26) },
      left_seconds: { low: String((100 - lost(most)) * 26), high: String((100 - lost(least)) * 26) },
    }
  }),
})

/** What is said of each hour, one kind after the other, so that every state is there. */
const kinds: Partial<Schemas['Hour']>[] = [
  { state: 'good', service_seconds: 3600 },
  { state: 'down', service_seconds: 3600, down_seconds: 60 },
  { state: 'down', service_seconds: 3600, down_seconds: 900 },
  { state: 'down', service_seconds: 3600, down_seconds: 3600, unknown_seconds: 600 },
  { state: 'unknown', service_seconds: 3600, unknown_seconds: 3600 },
  { state: 'excluded', excluded_seconds: 3600 },
  { state: 'quiet', service_seconds: 3600, quiet_seconds: 3600 },
  { state: 'outside' },
  { state: 'skipped', seconds: 0, start: null, end: null },
]

export const hours: Schemas['HourMap'] = {
  commitment: 'availability',
  title: 'Every state of an hour',
  time_zone: 'Europe/Berlin',
  days: dates.slice(0, 9).map((date, day) => ({
    date,
    hours: Array.from({ length: 24 }, (_, hour) => ({
      start: `${date}T00:00:00Z`,
      end: `${date}T01:00:00Z`,
      seconds: 3600,
      state: 'good' as const,
      service_seconds: 0,
      down_seconds: 0,
      unknown_seconds: 0,
      quiet_seconds: 0,
      excluded_seconds: 0,
      ...kinds[(day + hour) % kinds.length],
    })),
  })),
}

const figures = (percent: string, minor: number): Schemas['PromiseFigures'] => ({
  attained_range: {
    low: { numerator: '14817', denominator: '14900', percent, exact: true },
    high: { numerator: '14817', denominator: '14900', percent, exact: true },
  },
  verdict: minor > 0 ? 'breached' : 'met',
  low_minor: minor,
  high_minor: minor,
  downtime_seconds: 14_940,
  excluded_seconds: 0,
})

export const difference: Schemas['MonthDifference'] = {
  tenant: 'prairie',
  contract: 'prairie-platform',
  month: '2026-10',
  revision: { before: 1, after: 2 },
  verdict: { before: 'undecidable', after: 'breached' },
  credit_total: {
    before: { currency: 'USD', low_minor: 0, high_minor: 98_000 },
    after: { currency: 'USD', low_minor: 98_000, high_minor: 98_000 },
  },
  promises: [
    {
      promise: 'availability',
      figures: { before: figures('99.9713', 0), after: figures('99.4429', 98_000) },
    },
    { promise: 'latency', figures: { before: null, after: figures('99.1000', 0) } },
  ],
  exclusions: [
    {
      name: 'move',
      start: instant(9, 4),
      decision: { before: null, after: { decision: 'accepted', accepted_seconds: 32_400 } },
    },
  ],
  evidence_changed: true,
  contract_changed: false,
}

const listed = (name: string) => ({
  name,
  media_type: 'application/octet-stream',
  bytes: 77_439,
  sha256: 'a'.repeat(64),
})

export const statement: Schemas['Listed'][] = [
  'statement.json',
  'statement.csv',
  'statement.xlsx',
  'statement.pdf',
].map(listed)

export const governed: Schemas['Listed'][] = ['governance.json', 'governance.csv', 'governance.pdf'].map(
  listed,
)

export const portfolio: Schemas['Listed'][] = [
  'portfolio.csv',
  'portfolio.json',
  'operations.csv',
  'operations.json',
  'portfolio.parquet',
].map(listed)

const noOccasion = (kind: Schemas['LetterKind'], code: string): Schemas['OccasionView'] => ({
  kind,
  text: null,
  documents: [],
  refused: { code, detail: code },
})

/** One letter that there is occasion for, and those that there is none for. */
export const occasions: Schemas['OccasionView'][] = [
  {
    kind: 'credit',
    text: '# Service level credit October 2026\n\nPrairie Parcel Inc.\\\nOmaha\n\nThe credit of this month is **USD 490.00**.\n',
    documents: ['letter-credit.eml', 'letter-credit.md', 'letter-credit.html'].map(listed),
    refused: null,
  },
  noOccasion('restatement', 'occasion.first_revision'),
  noOccasion('year', 'occasion.months_missing'),
]

export const documents: Schemas['Listed'][] = [
  'report.pdf',
  'report.json',
  'report.csv',
  'report.xlsx',
  'letter.eml',
  'letter.md',
  'letter.html',
  'settlement.json',
  'a-document-of-tomorrow.bin',
].map(listed)

const drawn =
  '# SLA report October 2026\n\nPrairie Parcel Inc.\\\nOmaha\n\nOne of two promises cannot be judged.\n\n- **Availability**: between 99.1 and 99.9 %\n- **Latency**: met\n'
const version = (number: number, is_of_drawn: boolean): Schemas['LetterVersionView'] => ({
  number,
  is_of_drawn,
  base: '1',
  text: drawn.replace('One of two', `As I said ${'very often '.repeat(number * 8)}one of two`),
  actor: 'mara',
  at: '2026-11-03T08:00:00Z',
})

export const letter = (
  versions: number,
  over: Partial<Schemas['LetterView']> = {},
): Seen<Schemas['LetterView']> => ({
  data: {
    revision: 1,
    state: 'in_review',
    drawn,
    versions: Array.from({ length: versions }, (_, index) => version(index + 1, index === 0)),
    ...over,
  },
  tag: '"1"',
})
