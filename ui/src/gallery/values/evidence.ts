// Evidence, day by day and piece by piece, and entries of the chain.
import type { Schemas } from '$lib/backend/api'
import { dates, record } from './record'

const row = (
  days: Schemas['DayEvidence'][],
  over: Partial<Schemas['CalendarRow']> = {},
): Schemas['CalendarRow'] => ({
  tenant: 'prairie',
  tenant_name: 'Prairie Parcel Inc.',
  contract: 'prairie-platform',
  version: 1,
  commitment: 'availability',
  title: 'API availability',
  revision: 1,
  days: dates.map((date, index) => ({
    date,
    evidence: days[index % days.length] ?? 'unknown',
    unknown_seconds: 10_200,
  })),
  ...over,
})
export const calendar = [
  row(['there']),
  row(['there', 'partial', 'missing', 'not_due'], {
    commitment: 'latency',
    title: 'نوردليخت 株式会社 Ömer',
  }),
  row(['unknown'], {
    tenant_name: 'A customer with a name that is longer than its place',
    version: 2,
    revision: null,
  }),
]

const STATES_IN_TURN: Schemas['DayState'][] = ['complete', 'partial', 'unknown', 'missing', 'complete']

const versions = (usable: number, count: number): Schemas['CaptureVersion'][] =>
  Array.from({ length: count }, (_, index) => ({
    sha256: String(index + 3).repeat(64),
    usable: index === count - 1 ? usable : 0,
    warned: index === count - 1 && usable > 0 && usable < 1440,
  }))

function captured(date: string, state: Schemas['DayState'], count: number): Schemas['CaptureDay'] {
  const known: Partial<Record<Schemas['DayState'], number>> = { complete: 1440, partial: 1210, unknown: 0 }
  const usable = known[state]
  const history = usable === undefined ? [] : versions(usable, count)
  return {
    day: date,
    state,
    slices: 1440,
    versions: history.length,
    history,
    ...(usable === undefined ? {} : { usable, sha256: history.at(-1)?.sha256 ?? null }),
  }
}

const commitment = (
  days: Schemas['CaptureDay'][],
  over: Partial<Schemas['CommitmentCalendar']> = {},
): Schemas['CommitmentCalendar'] => ({
  tenant: 'prairie',
  tenant_name: 'Prairie Parcel Inc.',
  contract: 'prairie-platform',
  service: 'Parcel tracking',
  commitment: 'availability',
  title: 'API availability',
  second_reading: null,
  time_zone: 'America/Chicago',
  complete: days.filter((one) => one.state === 'complete').length,
  over: days.filter((one) => one.state !== 'open').length,
  days,
  ...over,
})

/** Days that were captured: all of them, a month that runs and has gaps, and a contract that ended on the tenth. */
export const capturedDays = [
  commitment(dates.map((date) => captured(date, 'complete', 1))),
  commitment(
    dates.map((date, index) =>
      captured(date, index > 20 ? 'open' : (STATES_IN_TURN[index % STATES_IN_TURN.length] ?? 'open'), 2),
    ),
    {
      commitment: 'latency',
      title: 'A promise whose name is so long that no column of any calendar could ever hold it',
      service: 'Donaudampfschifffahrts-Elektrizitäten-Hauptbetriebswerk',
    },
  ),
  commitment(
    dates.map((date) => captured(date, 'complete', 1)),
    { second_reading: 'availability-recorded' },
  ),
  commitment(
    dates.slice(0, 10).map((date) => captured(date, 'missing', 0)),
    {
      tenant: 'nordlicht',
      tenant_name: 'نوردليخت 株式会社 Ömer',
      contract: 'nordlicht-platform',
      title: 'Verfügbarkeit',
      service: 'Plattform',
      time_zone: 'Europe/Berlin',
    },
  ),
]

export const capture = (
  over: Partial<Schemas['CaptureResult']> = {},
): Pick<Schemas['JobView'], 'kind' | 'result' | 'ended_at'> => ({
  kind: 'capture',
  ended_at: '2026-11-02T08:01:00Z',
  result: {
    months: [],
    failures: [],
    differences: [],
    readings: [],
    capture: { captured: 0, changed: 0, unchanged: 0, failures: [], ...over },
  },
})
export const captureTroubles: Schemas['CaptureTrouble'][] = [
  {
    data_source: 'prometheus-eu',
    code: 'prometheus.unavailable',
    detail: 'the server at http://prometheus:9090 does not answer; check its address and whether it runs',
    wanted_by: ['prairie/prairie-platform/availability', 'prairie/prairie-platform/latency'],
    requests: 24,
    first_day: '2026-10-03',
    last_day: '2026-10-14',
  },
  {
    data_source: 'thanos-of-a-customer-whose-name-is-long',
    code: 'prometheus.no_series',
    detail: 'the query gave no series between 2026-10-20T00:00:00Z and 2026-10-21T00:00:00Z',
    wanted_by: ['nordlicht/nordlicht-platform/availability'],
    requests: 1,
    first_day: '2026-10-20',
    last_day: '2026-10-20',
  },
]

const [kept] = record.evidence
export const pieces: Schemas['RecordEvidence'][] = kept
  ? [
      kept,
      {
        ...kept,
        sha256: 'b'.repeat(64),
        query: `sum(increase(http_requests_total{${'code!~"5..",'.repeat(20)}}[1m]))`,
        source: 'https://thanos.example.com',
        server_version: '3.5.0',
        warnings: ['results may be incomplete: one store did not answer'],
        notes: [
          { code: 'no_number', column: 'good', slices: 340, first_end: '2026-10-15T02:11:00Z' },
          { code: 'no_series', column: 'total', from: '2026-10-15T02:11:00Z', to: '2026-10-15T03:11:00Z' },
        ],
      },
    ]
  : []

const checks = ['sound', 'missing', 'altered', 'unreadable', null] as const
export const rows: Schemas['EvidenceRow'][] = checks.map((check, index) => ({
  tenant: 'prairie',
  tenant_name: 'Prairie Parcel Inc.',
  contract: 'prairie-platform',
  month: '2026-10',
  revision: index + 1,
  time_zone: 'America/Chicago',
  recorded_at: '2026-11-02T08:00:00Z',
  uses: [
    {
      commitment: 'availability',
      title: 'API availability',
      unknown_seconds: index * 20_400,
      service_seconds: 2_678_400,
    },
  ],
  slices: 44_640,
  evidence: { ...(pieces[index % 2] ?? record.evidence[0]), sha256: String(index).repeat(64) } as never,
  check,
}))

const entry = (sequence: number, action: string): Schemas['EntryView'] => ({
  sequence,
  at: '2026-11-03T08:00:00Z',
  actor: 'gwen',
  origin: '127.0.0.1',
  action,
  subject: `month/prairie/prairie-platform/2026-10/${'a-long-subject/'.repeat(sequence % 4)}`,
  payload: { outcome: 'ok', recorded_at: 1_795_814_723, note: 'A text that somebody pasted, '.repeat(9) },
  previous_hash: '3286d5bfcb000df3c16988eb55cf4a46021a381d04a4a7377c0d0f573ba993bb',
  hash: '4da9fcfd64f92b1e67b648923b14f543a6d6d4b1e2debf224f84a49a279173b0',
})
export const entries = [
  entry(12_031, 'month.closed'),
  entry(12_030, 'account.sign_in'),
  entry(12_029, 'an.action_of_tomorrow'),
]

const check = (
  check: Schemas['CheckName'],
  outcome: Schemas['CheckOutcome'],
  count: number,
  flaws: Schemas['Flaw'][] = [],
): Schemas['BundleCheck'] => ({ check, outcome, count, flaws })

export const agrees: Schemas['Verification'] = {
  agrees: true,
  key_given: true,
  earlier_months: 2,
  difference: null,
  month: {
    tenant: 'prairie',
    contract: 'prairie-platform',
    month: '2026-10',
    revision: 1,
    language: 'en',
    program: '0.1.0',
    key: 'F00DBEEFF00DBEEF',
    chain_head: '4da9fcfd64f92b1e67b648923b14f543a6d6d4b1e2debf224f84a49a279173b0',
  },
  checks: [
    check('seal', 'agrees', 31),
    check('chain', 'agrees', 1),
    check('figures', 'agrees', 4),
    check('documents', 'agrees', 8),
  ],
}

const notLookedAt = [check('chain', 'not_checked', 0), check('figures', 'not_checked', 0)]
const notSealed = (...flaws: Schemas['Flaw'][]): Schemas['Verification'] => ({
  ...agrees,
  agrees: false,
  earlier_months: 0,
  checks: [check('seal', 'differs', 31, flaws), ...notLookedAt, check('documents', 'not_checked', 0)],
})
export const agreesByItself: Schemas['Verification'] = { ...agrees, key_given: false }
export const changed = notSealed({ code: 'altered', file: 'documents/report.csv' })
export const another = notSealed({
  code: 'other_key',
  signed_by: 'F00DBEEFF00DBEEF',
  expected: 'BADC0FFEEBADC0FF',
})
export const differs: Schemas['Verification'] = {
  ...notSealed(
    {
      code: 'altered',
      file: 'evidence/0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9.parquet',
    },
    { code: 'unknown', file: 'documents/نوردليخت 株式会社.pdf' },
    { code: 'unreadable', file: 'manifest.json', reason: 'expected value at line 1 column 1' },
  ),
  key_given: false,
}
export const notComputed: Schemas['Verification'] = {
  ...agrees,
  agrees: false,
  checks: [
    check('seal', 'agrees', 31),
    check('chain', 'agrees', 1),
    check('figures', 'differs', 4, [
      {
        code: 'not_computed',
        reason: 'the evidence that the month rests on is missing; bring it back from a copy',
      },
    ]),
    check('documents', 'not_checked', 0),
  ],
}

export const damaged: Schemas['Verification'] = {
  ...agrees,
  agrees: false,
  month: null,
  earlier_months: 0,
  checks: [
    check('seal', 'differs', 0, [
      { code: 'no_archive' },
      { code: 'too_large', bytes: 5_368_709_120, most: 1_073_741_824 },
    ]),
    check('chain', 'not_checked', 0),
    check('figures', 'not_checked', 0),
    check('documents', 'not_checked', 0),
  ],
}
