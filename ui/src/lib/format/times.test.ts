import { expect, test } from 'vitest'
import type { Locale } from './numbers'
import { day, duration, fromLocal, instant, isMonth, month, shiftMonth, toLocal } from './times'

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
  ['-0.4', 'de', '−0,4 s'],
  ['-530.4', 'en', '−8 min 50.4 s'],
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

test.each<[string, string, string | null]>([
  ['2026-10-05T10:10', 'Europe/Berlin', '2026-10-05T08:10:00Z'],
  ['2026-10-05 10:10', 'Europe/Berlin', '2026-10-05T08:10:00Z'],
  // The clock shows it twice: the first one. The clock skips it: none.
  ['2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T00:30:00Z'],
  ['2026-03-29T02:30', 'Europe/Berlin', null],
  ['2026-10-05T10:10', 'Asia/Kolkata', '2026-10-05T04:40:00Z'],
  ['2026-10-05T10:10', 'Asia/Kathmandu', '2026-10-05T04:25:00Z'],
  ['2026-10-05T10:10', 'Pacific/Kiritimati', '2026-10-04T20:10:00Z'],
  ['2026-10-05T10:17', 'America/Chicago', '2026-10-05T15:17:00Z'],
  ['2026-02-30T10:10', 'UTC', null],
  ['5.10.2026', 'UTC', null],
  ['', 'UTC', null],
])('fromLocal(%j, %s)', (typed, zone, expected) => expect(fromLocal(typed, zone)).toBe(expected))

test.each([
  ['2026-10-25T00:30:00Z', 'Europe/Berlin', '2026-10-25T02:30'],
  ['2026-10-25T01:30:00Z', 'Europe/Berlin', '2026-10-25T02:30'],
  ['2026-10-04T22:00:00Z', 'Europe/Berlin', '2026-10-05T00:00'],
])('toLocal(%s, %s)', (value, zone, expected) => expect(toLocal(value, zone)).toBe(expected))
