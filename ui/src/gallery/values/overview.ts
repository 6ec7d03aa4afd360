// The state of a month over all customers, and how running months stand.
import type { Schemas } from '$lib/backend/api'

const months = Array.from({ length: 12 }, (_, index) =>
  index < 2 ? `2025-${index + 11}` : `2026-${String(index - 1).padStart(2, '0')}`,
)
const total = (currency: string, low_minor: number, high_minor: number): Schemas['CurrencySum'] => ({
  currency,
  count: 1,
  low_minor,
  high_minor,
})

/** Twelve months, one of which nobody closed. */
export const trend: Schemas['MonthTrend'][] = months.map((month, index) =>
  index === 4
    ? { month, met: 0, breached: 0, undecidable: 0, totals: [] }
    : {
        month,
        met: 90 + index,
        breached: index % 5,
        undecidable: index % 3,
        totals: [total('EUR', index * 40_000, index * 52_000), total('JPY', 0, index * 9_000)],
      },
)

const group = (
  state: Schemas['MonthState'],
  verdict: Schemas['Verdict'],
  currency: string,
  high_minor: number,
): Schemas['MonthGroup'] => ({ state, verdict, currency, count: 12_400, low_minor: 0, high_minor })

export const waiting: Schemas['WaitingTask'][] = (
  ['submit_months', 'decide_credits', 'approve_credits', 'approve_months', 'issue_months'] as const
).map((task, index) => ({ task, count: index + 1 }))

export const overview: Schemas['Overview'] = {
  month: '2026-10',
  groups: [
    group('closed', 'met', 'EUR', 0),
    group('in_review', 'breached', 'EUR', 291_562),
    group('in_review', 'undecidable', 'USD', 98_000),
  ],
  totals: [total('EUR', 291_562, 291_562), total('USD', 0, 98_000)],
  trend,
  waiting,
}
export const emptyOverview: Schemas['Overview'] = {
  month: '2026-10',
  groups: [],
  totals: [],
  trend: months.map((month) => ({ month, met: 0, breached: 0, undecidable: 0, totals: [] })),
  waiting: [],
}

const outlooks = ['lasts', 'unjudged', 'uncertain', 'too_fast', 'used_up'] as const
const standing = (
  outlook: Schemas['Outlook'],
  used: Schemas['RecordRange'],
  projected: Schemas['RecordRange'],
): Schemas['TenantStanding'] => ({
  tenant: 'prairie',
  tenant_name:
    outlook === 'uncertain'
      ? 'Stadtwerke mit einem Namen, der länger ist als jede Spalte breit sein kann'
      : 'Prairie Parcel Inc.',
  contract: 'prairie-platform',
  month: '2026-11',
  standing: {
    name: outlook,
    title: 'API availability',
    target: '99.9',
    method: 'Occurrences',
    period: { start: '2026-11-01T05:00:00Z', end: '2026-12-01T06:00:00Z' },
    measured_until: '2026-11-15T05:00:00Z',
    service_seconds: 1_209_600,
    whole_service_seconds: 2_595_600,
    downtime_seconds: 600,
    unknown_seconds: outlook === 'uncertain' ? 7_200 : 0,
    used_seconds: used,
    used_percent: used,
    projected_at_present_rate: {},
    projected_percent: projected,
    outlook,
  },
})
const none = { low: null, high: null }
const exactly = (percent: string) => ({ low: percent, high: percent })

export const standings: Schemas['StandingView'] = {
  at: '2026-11-15T05:00:00Z',
  outlooks: outlooks.map((outlook, index) => ({ outlook, count: index * 7 })),
  commitments: [
    standing('used_up', exactly('134.10'), exactly('278.00')),
    standing('too_fast', exactly('61.00'), exactly('127.00')),
    standing('uncertain', { low: '12.00', high: '1779.09' }, { low: '25.00', high: null }),
    standing('unjudged', none, none),
    standing('lasts', exactly('0.00'), exactly('0.00')),
  ],
  failures: [{ tenant: 'alpenbahn', code: 'prometheus.unavailable', detail: 'the server does not answer' }],
}
export const noStandings: Schemas['StandingView'] = { at: null, outlooks: [], commitments: [], failures: [] }

export const job = (
  state: Schemas['JobState'],
  over: Partial<Schemas['JobView']> = {},
): Schemas['JobView'] => ({
  id: `${state}-${over.is_cancelled ?? ''}`,
  kind: 'close',
  tenants: [],
  month: '2026-10',
  state,
  is_cancelled: false,
  asked_by: 'mara',
  asked_at: '2026-11-02T08:00:00Z',
  ...over,
})

export const progress = (step: string, done: number, of: number): Schemas['JobProgress'] => ({
  step,
  done,
  of,
  customer: 'Donaudampfschifffahrts-Elektrizitäten AG',
  customers_done: 3,
  customers: 9,
  series:
    step === 'capture'
      ? [
          { name: 'alpenbahn/fahrplanauskunft-verfuegbarkeit 2026-10-03', done: 12, of: 63 },
          { name: 'nordlicht/api 2026-10-03', done: 40, of: 63 },
        ]
      : [],
})

export const jobs = [
  job('waiting'),
  job('running', { progress: progress('measure', 12_400, 100_000) }),
  job('running', { id: 'running-capture', progress: progress('capture', 310, 900) }),
  job('running', { is_cancelled: true, progress: progress('render', 3, 9) }),
  job('failed', {
    problem: {
      code: 'file.read',
      detail:
        '7 requests to sources failed: measurements/alpenbahn/availability.parquet cannot be read; check the path and its permissions',
    },
  }),
  job('cancelled'),
  job('interrupted'),
  job('done', {
    result: {
      months: [
        {
          tenant: 'prairie',
          contract: 'prairie-platform',
          revision: 2,
          unchanged: false,
          verdict: 'undecidable',
          credit_total: { currency: 'USD', low_minor: 0, high_minor: 98000 },
        },
      ],
      failures: [],
      differences: [],
      readings: [],
    },
  }),
  job('done', {
    id: 'partly',
    tenants: ['prairie', 'alpenbahn', 'nordlicht', 'koenigsforst'],
    result: {
      months: [],
      failures: [
        {
          tenant: 'prairie',
          code: 'file.read',
          detail: 'data source files, for prairie/latency: prairie/latency.parquet cannot be read',
        },
        { tenant: 'nordlicht', code: 'prometheus.unavailable', detail: 'the server does not answer' },
        { tenant: 'koenigsforst', code: 'measure', detail: 'a code that has no words of its own' },
      ],
      differences: [],
      readings: [],
    },
  }),
]
