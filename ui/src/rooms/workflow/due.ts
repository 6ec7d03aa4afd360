import { day } from '$lib/format'
import { t } from '$lib/words'
import type { MonthView } from './steps'

/** By when credits must be claimed; the API counts the days in the contract's zone. */
export function dueWords({ due, days_left }: MonthView): string {
  if (due == null) return t('due-none')
  const left = days_left ?? 0
  return left < 0 ? t('due-passed', { day: day(due) }) : t('due-left', { day: day(due), days: left })
}
