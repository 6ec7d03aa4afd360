import { expect, test } from 'vitest'
import { countsOf, daysOf, hasGaps, movedDay, spansOf, type DayState, type GridDay } from './calendar'

const LETTERS: Record<string, DayState> = {
  t: 'there',
  p: 'partial',
  m: 'missing',
  u: 'unknown',
  n: 'not_due',
  o: 'open',
}

/** A row whose days are letters, from the first of October. */
const row = (days: string): { days: GridDay[] } => ({
  days: [...days].map((letter, index) => ({
    date: `2026-10-${String(index + 1).padStart(2, '0')}`,
    state: LETTERS[letter] ?? 'unknown',
  })),
})

test.each<[string, boolean, string[]]>([
  ['', false, []],
  ['tttt', false, []],
  ['nttn', false, []],
  ['ttoo', false, []],
  ['tptt', true, ['02–02']],
  ['tpmut', true, ['02–04']],
  ['pttmm', true, ['01–01', '04–05']],
  ['utunu', true, ['01–01', '03–03', '05–05']],
])('gaps of %j', (days, expected, spans) => {
  expect(hasGaps(row(days))).toBe(expected)
  expect(spansOf(row(days)).map(({ from, to }) => `${from.slice(8)}–${to.slice(8)}`)).toEqual(spans)
})

test('every day is counted once', () => {
  expect(countsOf(row('ttpmunno'))).toEqual({
    there: 2,
    partial: 1,
    missing: 1,
    unknown: 1,
    not_due: 2,
    open: 1,
  })
})

test('a commitment has every day of its month, and nothing is due on those that it is not measured on', () => {
  const day = (date: string, state: 'complete' | 'missing') => ({
    day: date,
    state,
    slices: 1440,
    versions: 0,
    history: [],
  })
  const found = daysOf({ days: [day('2026-02-02', 'complete'), day('2026-02-03', 'missing')] }, '2026-02')
  expect(found).toHaveLength(28)
  expect(found.slice(0, 4).map((one) => one.state)).toEqual(['not_due', 'there', 'missing', 'not_due'])
  expect(found.at(-1)?.date).toBe('2026-02-28')
})

// Two commitments over ten days.
test.each<[number, string, number | null]>([
  [0, 'ArrowLeft', 0],
  [9, 'ArrowRight', 9],
  [3, 'ArrowRight', 4],
  [10, 'ArrowLeft', 10],
  [3, 'ArrowDown', 13],
  [13, 'ArrowDown', 13],
  [13, 'ArrowUp', 3],
  [3, 'ArrowUp', 3],
  [14, 'Home', 10],
  [14, 'End', 19],
  [3, 'Tab', null],
])('from day %i, %s leads to %j', (index, key, next) => {
  expect(movedDay(index, key, 10, 2)).toBe(next)
})
