import { expect, test } from 'vitest'
import type { Locale } from './numbers'
import { day, duration, instant, isMonth, month, shiftMonth } from './times'

const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, ' ')

function check(format: () => string, expected: string) {
  expect(plain(format())).toBe(expected)
}

test.each<[number | string, Locale, string]>([
  [0, 'de', '0 s'],
  [60, 'en', '1 min'],
  [14940, 'en', '4 h 9 min'],
  [2682000, 'de', '31 d 1 h'],
  ['26820', 'en', '7 h 27 min'],
  ['1341.5', 'de', '22 min 21,5 s'],
  [-90, 'en', '−1 min 30 s'],
])('duration(%s, %s)', (seconds, locale, expected) => check(() => duration(seconds, locale), expected))

test.each<[string, Locale, string]>([
  ['2026-10', 'de', 'Oktober 2026'],
  ['2026-10', 'en', 'October 2026'],
  ['2027-01', 'de', 'Januar 2027'],
])('month(%s, %s)', (value, locale, expected) => check(() => month(value, locale), expected))

test.each<[string, Locale, string]>([
  ['2026-11-30', 'de', '30.11.2026'],
  ['2026-11-30', 'en', '30 Nov 2026'],
])('day(%s, %s)', (value, locale, expected) => check(() => day(value, locale), expected))

test.each<[string, string, string]>([
  ['2026-10-25T00:30:00Z', 'Europe/Berlin', '25 Oct 2026, 02:30 CEST'],
  ['2026-10-25T01:30:00Z', 'Europe/Berlin', '25 Oct 2026, 02:30 CET'],
  ['2026-10-01T05:00:00Z', 'America/Chicago', '1 Oct 2026, 00:00 GMT-5'],
])('instant(%s in %s)', (value, zone, expected) => check(() => instant(value, 'en', zone), expected))

test.each<[string, number, string]>([
  ['2026-10', 1, '2026-11'],
  ['2026-12', 1, '2027-01'],
  ['2027-01', -1, '2026-12'],
  ['2026-10', -24, '2024-10'],
])('shiftMonth(%s, %s)', (value, by, expected) => check(() => shiftMonth(value, by), expected))

test.each<[string | undefined, boolean]>([
  ['2026-10', true],
  ['2026-13', false],
  ['2026-1', false],
  [undefined, false],
])('isMonth(%s)', (value, expected) => expect(isMonth(value)).toBe(expected))
