import { afterEach, expect, test, vi } from 'vitest'
import { clockAheadSeconds, hear, now } from './clock.svelte'

afterEach(() => vi.useRealTimers())

test('days are counted by the server’s clock where this one is wrong', () => {
  vi.useFakeTimers({ now: new Date('2031-01-01T00:00:00Z') })
  const check = (date: string | null, seconds: number, at: string) => {
    hear(date)
    expect([clockAheadSeconds(), new Date(now()).toISOString()], String(date)).toEqual([seconds, at])
  }
  check(null, 0, '2031-01-01T00:00:00.000Z')
  check('no date', 0, '2031-01-01T00:00:00.000Z')
  check('Tue, 31 Dec 2030 23:58:30 GMT', 0, '2031-01-01T00:00:00.000Z')
  check('Sun, 01 Nov 2026 00:00:00 GMT', 131_500_800, '2026-11-01T00:00:00.000Z')
  // The way of an answer is no other clock.
  check('Sun, 01 Nov 2026 00:00:20 GMT', 131_500_800, '2026-11-01T00:00:00.000Z')
  check('Wed, 01 Jan 2031 01:00:00 GMT', -3_600, '2031-01-01T01:00:00.000Z')
  check('Wed, 01 Jan 2031 00:00:01 GMT', 0, '2031-01-01T00:00:00.000Z')
})
