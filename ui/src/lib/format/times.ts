// Durations, days, months and instants in a locale. Instants are shown in the zone they are asked for in.
import { INTL, type Locale } from './numbers'

const formats = new Map<string, Intl.DateTimeFormat>()

function dateFormat(locale: Locale, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${JSON.stringify(options)}`
  const known = formats.get(key)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat(INTL[locale], options)
  formats.set(key, made)
  return made
}

/** Whole seconds in the two or three largest units, with the symbols that both languages share: `4 h 9 min`. */
export function duration(seconds: number | string, locale: Locale): string {
  const isNegative = String(seconds).startsWith('-')
  const [whole = '0', fraction] = String(seconds).replace('-', '').split('.')
  const size = BigInt(whole)
  const parts: [bigint, string][] = [
    [size / 86_400n, 'd'],
    [(size / 3_600n) % 24n, 'h'],
    [(size / 60n) % 60n, 'min'],
    [size % 60n, 's'],
  ]
  const point = locale === 'de' ? ',' : '.'
  const said = parts.map(([value, unit]) => {
    const rest = unit === 's' && fraction !== undefined ? `${point}${fraction}` : ''
    return value === 0n && rest === '' ? null : `${value}${rest}\u00a0${unit}`
  })
  const text = said.filter((part) => part !== null).join(' ')
  return text === '' ? '0\u00a0s' : `${isNegative ? '−' : ''}${text}`
}

/** A month such as `2026-10`. */
export function month(value: string, locale: Locale, length: 'long' | 'short' = 'long'): string {
  return dateFormat(locale, { month: length, year: 'numeric', timeZone: 'UTC' }).format(
    new Date(`${value}-01T00:00:00Z`),
  )
}

/** A local day such as `2026-11-30`; no zone can move it. */
export function day(value: string, locale: Locale): string {
  return dateFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(`${value}T00:00:00Z`))
}

/** An instant in UTC, shown in a zone; in the reader's own when none is named. */
export function instant(value: string, locale: Locale, timeZone?: string): string {
  const zone = timeZone === undefined ? {} : { timeZone, timeZoneName: 'short' as const }
  const options = {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    ...zone,
  } as const
  return dateFormat(locale, options).format(new Date(value))
}

const LOCAL = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})$/

/** An instant as the clock of a zone shows it, to be edited: `2026-10-25T02:30`. */
export function toLocal(value: string, timeZone: string): string {
  const parts = dateFormat('en', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(new Date(value))
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? ''
  return `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}`
}

/** The instant at which the clock of a zone shows a time, the first of two where it shows it twice; null where it skips it,
 *  or where it is no time. */
export function fromLocal(typed: string, timeZone: string): string | null {
  const found = LOCAL.exec(typed.trim())
  if (found === null) return null
  const [, year, month, day, hour, minute] = found.map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const asUtc = Date.UTC(year, month - 1, day, hour, minute)
  // No zone is further from UTC than a day, and clocks stand on whole quarters of an hour.
  const QUARTER = 900_000
  const DAY = 86_400_000
  for (let at = asUtc - DAY; at <= asUtc + DAY; at += QUARTER) {
    const value = new Date(at).toISOString().replace('.000', '')
    if (toLocal(value, timeZone) === typed.trim().replace(' ', 'T')) return value
  }
  return null
}

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/

export function isMonth(value: string | undefined): value is string {
  return value !== undefined && MONTH.test(value)
}

/** The month so many months later, or earlier. */
export function shiftMonth(value: string, by: number): string {
  const [year = 0, number = 1] = value.split('-').map(Number)
  const index = year * 12 + (number - 1) + by
  return `${String(Math.floor(index / 12)).padStart(4, '0')}-${String((index % 12) + 1).padStart(2, '0')}`
}
