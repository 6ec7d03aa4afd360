// What a calendar of evidence is counted and filtered by.
import type { Schemas } from '$lib/backend/api'

export type CalendarRow = Schemas['CalendarRow']
export type DayState = Schemas['DayEvidence']

/** Every state, the best first. */
export const STATES: DayState[] = ['there', 'partial', 'missing', 'unknown', 'not_due']

const isGap = (state: DayState) => state === 'partial' || state === 'missing' || state === 'unknown'

export const hasGaps = (row: CalendarRow) => row.days.some((one) => isGap(one.evidence))

/** How many days are in each state. */
export function countsOf(row: CalendarRow): Record<DayState, number> {
  const counts: Record<DayState, number> = { there: 0, partial: 0, missing: 0, unknown: 0, not_due: 0 }
  for (const one of row.days) counts[one.evidence] += 1
  return counts
}

/** Days with gaps, those that follow each other together. */
export function spansOf(row: CalendarRow): { from: string; to: string }[] {
  const spans: { from: string; to: string }[] = []
  let wasGap = false
  for (const { date, evidence } of row.days) {
    const last = spans.at(-1)
    if (isGap(evidence)) {
      if (wasGap && last) last.to = date
      else spans.push({ from: date, to: date })
    }
    wasGap = isGap(evidence)
  }
  return spans
}
