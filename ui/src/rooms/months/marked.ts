// A stretch of hours that somebody marked on the map of a month. Hours are counted through: day · 24 + hour of the clock.
import type { Schemas } from '$lib/backend/api'

export type HourMap = Schemas['HourMap']
export type Hour = Schemas['Hour']

export interface Stretch {
  from: string
  to: string
}

export const HOURS = 24

export const hourAt = (map: HourMap, index: number): Hour | undefined =>
  map.days[Math.floor(index / HOURS)]?.hours[index % HOURS]

/** The stretch from one hour to another, both inside, whichever comes first; null where the clock skips all of them. */
export function stretchOf(map: HourMap, a: number, b: number): Stretch | null {
  let from: string | null = null
  let to: string | null = null
  for (let index = Math.min(a, b); index <= Math.max(a, b); index += 1) {
    const hour = hourAt(map, index)
    from ??= hour?.start ?? null
    to = hour?.end ?? to
  }
  return from !== null && to !== null ? { from, to } : null
}

/** Where a key leads from an hour; null when it leads nowhere. */
export function moved(index: number, key: string, count: number): number | null {
  const steps: Record<string, number> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -HOURS,
    ArrowDown: HOURS,
    PageUp: -7 * HOURS,
    PageDown: 7 * HOURS,
    Home: -(index % HOURS),
    End: HOURS - 1 - (index % HOURS),
  }
  const by = steps[key]
  if (by === undefined) return null
  const next = index + by
  return next >= 0 && next < count ? next : index
}
