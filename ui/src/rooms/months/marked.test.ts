import { expect, test } from 'vitest'
import { moved, stretchOf, type Hour, type HourMap } from './marked'

const hour = (start: string | null, end: string | null): Hour => ({
  start,
  end,
  seconds: start === null ? 0 : 3600,
  state: start === null ? 'skipped' : 'good',
  service_seconds: 0,
  down_seconds: 0,
  unknown_seconds: 0,
  quiet_seconds: 0,
  excluded_seconds: 0,
})

/** The day on which Berlin's clock skips two o'clock, and the day after. */
const map: HourMap = {
  commitment: 'up',
  title: 'Up',
  time_zone: 'Europe/Berlin',
  days: ['2026-03-29', '2026-03-30'].map((date, day) => ({
    date,
    hours: Array.from({ length: 24 }, (_, at) =>
      day === 0 && at === 2 ? hour(null, null) : hour(`${date} ${at}`, `${date} ${at} end`),
    ),
  })),
}

test.each<[string, number, number, { from: string; to: string } | null]>([
  ['one hour', 5, 5, { from: '2026-03-29 5', to: '2026-03-29 5 end' }],
  ['forwards', 5, 7, { from: '2026-03-29 5', to: '2026-03-29 7 end' }],
  ['backwards', 7, 5, { from: '2026-03-29 5', to: '2026-03-29 7 end' }],
  ['over midnight', 23, 24, { from: '2026-03-29 23', to: '2026-03-30 0 end' }],
  ['over an hour that is skipped', 1, 3, { from: '2026-03-29 1', to: '2026-03-29 3 end' }],
  ['from an hour that is skipped', 2, 3, { from: '2026-03-29 3', to: '2026-03-29 3 end' }],
  ['to an hour that is skipped', 1, 2, { from: '2026-03-29 1', to: '2026-03-29 1 end' }],
  ['nothing but a skipped hour', 2, 2, null],
])('marking %s', (_, a, b, expected) => expect(stretchOf(map, a, b)).toEqual(expected))

test.each<[number, string, number | null]>([
  [0, 'ArrowRight', 1],
  [0, 'ArrowLeft', 0],
  [23, 'ArrowRight', 24],
  [5, 'ArrowDown', 29],
  [5, 'ArrowUp', 5],
  [30, 'Home', 24],
  [30, 'End', 47],
  [47, 'ArrowRight', 47],
  [5, 'PageDown', 5],
  [5, 'a', null],
])('from %s by %s', (index, key, expected) => expect(moved(index, key, 48)).toBe(expected))
