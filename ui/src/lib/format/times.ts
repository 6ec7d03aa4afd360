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
  const [whole = '0', fraction] = String(seconds).split('.')
  const total = BigInt(whole)
  const size = total < 0n ? -total : total
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
  return text === '' ? '0\u00a0s' : `${total < 0n ? '−' : ''}${text}`
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
