import { expect, test } from 'vitest'
import { countsOf, hasGaps, spansOf, type CalendarRow, type DayState } from './calendar'

const LETTERS: Record<string, DayState> = {
  t: 'there',
  p: 'partial',
  m: 'missing',
  u: 'unknown',
  n: 'not_due',
}

/** A row whose days are letters, from the first of October. */
const row = (days: string): CalendarRow => ({
  tenant: 'prairie',
  tenant_name: 'Prairie Parcel Inc.',
  contract: 'prairie-platform',
  version: 1,
  commitment: 'availability',
  title: 'API availability',
  days: [...days].map((letter, index) => ({
    date: `2026-10-${String(index + 1).padStart(2, '0')}`,
    evidence: LETTERS[letter] ?? 'unknown',
  })),
})

test.each<[string, boolean, string[]]>([
  ['', false, []],
  ['tttt', false, []],
  ['nttn', false, []],
  ['tptt', true, ['02–02']],
  ['tpmut', true, ['02–04']],
  ['pttmm', true, ['01–01', '04–05']],
  ['utunu', true, ['01–01', '03–03', '05–05']],
])('gaps of %j', (days, expected, spans) => {
  expect(hasGaps(row(days))).toBe(expected)
  expect(spansOf(row(days)).map(({ from, to }) => `${from.slice(8)}–${to.slice(8)}`)).toEqual(spans)
})

test('every day is counted once', () => {
  expect(countsOf(row('ttpmunn'))).toEqual({ there: 2, partial: 1, missing: 1, unknown: 1, not_due: 2 })
})
