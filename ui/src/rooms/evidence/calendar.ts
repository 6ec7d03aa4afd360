// What a calendar of evidence is drawn, counted and filtered by.
import type { Schemas } from '$lib/backend/api'

export type CalendarRow = Schemas['CalendarRow']
export type CapturedRow = Schemas['CommitmentCalendar']
export type DayState = Schemas['DayEvidence'] | 'open'

export interface GridDay {
  date: string
  state: DayState
}

/** A commitment and every day of the month. */
export interface GridRow {
  key: string
  customer: string
  title: string
  /** What stands below its name. */
  note: string | null
  days: GridDay[]
}

const isGap = (state: DayState) => state === 'partial' || state === 'missing' || state === 'unknown'

export const hasGaps = (row: Pick<GridRow, 'days'>) => row.days.some((one) => isGap(one.state))

/** How many days are in each state. */
export function countsOf(row: Pick<GridRow, 'days'>): Record<DayState, number> {
  const counts: Record<DayState, number> = {
    there: 0,
    partial: 0,
    missing: 0,
    unknown: 0,
    not_due: 0,
    open: 0,
  }
  for (const one of row.days) counts[one.state] += 1
  return counts
}

/** Days with gaps, those that follow each other together. */
export function spansOf(row: Pick<GridRow, 'days'>): { from: string; to: string }[] {
  const spans: { from: string; to: string }[] = []
  let wasGap = false
  for (const { date, state } of row.days) {
    const last = spans.at(-1)
    if (isGap(state)) {
      if (wasGap && last) last.to = date
      else spans.push({ from: date, to: date })
    }
    wasGap = isGap(state)
  }
  return spans
}

/** What a day that was captured, or was not, is drawn as. */
const DRAWN: Record<Schemas['DayState'], DayState> = {
  complete: 'there',
  partial: 'partial',
  unknown: 'unknown',
  missing: 'missing',
  open: 'open',
}

/** Every day of the month; nothing is due on those that the commitment is not measured on. */
export function daysOf(row: Pick<CapturedRow, 'days'>, month: string): GridDay[] {
  const known = new Map(row.days.map((one) => [one.day, one.state]))
  const dates: GridDay[] = []
  for (const at = new Date(`${month}-01T00:00:00Z`); at.toISOString().startsWith(month);) {
    const date = at.toISOString().slice(0, 10)
    const state = known.get(date)
    dates.push({ date, state: state === undefined ? 'not_due' : DRAWN[state] })
    at.setUTCDate(at.getUTCDate() + 1)
  }
  return dates
}

/** Where a key leads from a day of a grid; null when it leads nowhere. */
export function movedDay(index: number, key: string, days: number, rows: number): number | null {
  const column = index % days
  const steps: Record<string, number> = {
    ArrowLeft: column > 0 ? -1 : 0,
    ArrowRight: column < days - 1 ? 1 : 0,
    ArrowUp: -days,
    ArrowDown: days,
    Home: -column,
    End: days - 1 - column,
  }
  const by = steps[key]
  if (by === undefined) return null
  const next = index + by
  return next >= 0 && next < days * rows ? next : index
}
