// Puts exact figures of the API into words of a locale. Nothing here adds, divides or rounds money or ratios:
// a value goes in as a whole number or a decimal in a string and comes out with the same digits.

export type Locale = 'de' | 'en'

/** What Intl is asked for. English dates put the day first, as the reports do. */
export const INTL: Record<Locale, string> = { de: 'de-DE', en: 'en-GB' }

/** A whole number of minor units. A number beyond 2⁵³ has lost digits on the way and is refused. */
export type Minor = number | bigint | string

export function decimalOfMinor(minor: Minor, digits: number): string {
  const text = wholeNumber(minor)
  const negative = text.startsWith('-')
  const figures = (negative ? text.slice(1) : text).padStart(digits + 1, '0')
  const whole = figures.slice(0, figures.length - digits)
  const rest = digits > 0 ? `.${figures.slice(-digits)}` : ''
  return `${negative ? '-' : ''}${whole}${rest}`
}

function wholeNumber(value: Minor): string {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new RangeError(`${value} is no exact number of minor units`)
  }
  const text = String(value)
  if (!/^-?\d+$/.test(text)) throw new RangeError(`${text} is no whole number`)
  return text
}

const formats = new Map<string, Intl.NumberFormat>()

function numberFormat(locale: Locale, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale} ${JSON.stringify(options)}`
  const known = formats.get(key)
  if (known !== undefined) return known
  const made = new Intl.NumberFormat(INTL[locale], options)
  formats.set(key, made)
  return made
}

/** Intl takes a decimal in a string exactly; its types want the string to be a literal. */
const exact = (decimal: string) => decimal as Intl.StringNumericLiteral

function moneyFormat(currency: string, locale: Locale) {
  // As the reports write it: the code, for `$` alone does not tell whose dollars, but the euro’s own sign in German.
  const currencyDisplay = locale === 'de' && currency === 'EUR' ? 'symbol' : 'code'
  return numberFormat(locale, { style: 'currency', currency, currencyDisplay })
}

/** How many digits the currency has behind the decimal point. */
export function minorDigits(currency: string): number {
  return moneyFormat(currency, 'en').resolvedOptions().maximumFractionDigits ?? 2
}

export function money(minor: Minor, currency: string, locale: Locale): string {
  return moneyFormat(currency, locale).format(exact(decimalOfMinor(minor, minorDigits(currency))))
}

/** One amount when both ends agree, else from the least to the most. */
export function moneyRange(low: Minor, high: Minor, currency: string, locale: Locale): string {
  if (String(low) === String(high)) return money(low, currency, locale)
  const digits = minorDigits(currency)
  const ends = [low, high].map((end) => exact(decimalOfMinor(end, digits))) as [
    Intl.StringNumericLiteral,
    Intl.StringNumericLiteral,
  ]
  return moneyFormat(currency, locale).formatRange(...ends)
}

/** An amount as the API takes it: `49000` minor units of EUR are `490.00`. */
export function amountForApi(minor: Minor, currency: string): string {
  return decimalOfMinor(minor, minorDigits(currency))
}

/** A decimal of the major unit, such as `490.5`, in minor units; null when it has more digits than the currency. */
export function minorOfAmount(decimal: string, currency: string): number | null {
  const [whole = '', fraction = ''] = decimal.split('.')
  const digits = minorDigits(currency)
  if (fraction.length > digits) return null
  const minor = Number(`${whole}${fraction.padEnd(digits, '0')}`)
  return Number.isSafeInteger(minor) ? minor : null
}

/** An amount to be edited: in the locale's way, without currency and groups. */
export function amountToEdit(minor: Minor, currency: string, locale: Locale): string {
  const digits = minorDigits(currency)
  const options = {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    useGrouping: false,
  } as const
  return numberFormat(locale, options).format(exact(decimalOfMinor(minor, digits)))
}

/** Reads what somebody typed, in either locale's way: `1.234,50`, `1,234.50` and `1234.5` in their own locale. */
export function parseAmount(typed: string, locale: Locale): string | null {
  const [group, point] = locale === 'de' ? ['.', ','] : [',', '.']
  const text = typed.trim().replace(/[\s\u00a0\u202f]/g, '')
  const [whole = '', fraction, ...more] = text.split(point)
  if (more.length > 0) return null
  const groups = whole.split(group)
  const isGrouped = groups.length > 1
  if (
    isGrouped &&
    (!/^\d{1,3}$/.test(groups[0] ?? '') || !groups.slice(1).every((part) => /^\d{3}$/.test(part)))
  ) {
    return null
  }
  const digits = groups.join('')
  if (!/^\d{1,15}$/.test(digits) || (fraction !== undefined && !/^\d{1,4}$/.test(fraction))) return null
  return fraction === undefined ? digits : `${digits}.${fraction}`
}

const fractionDigits = (decimal: string) => decimal.split('.')[1]?.length ?? 0

/** A percentage as the API prints it, such as `99.4429`, with as many digits as it has. */
export function percent(decimal: string, locale: Locale): string {
  const digits = fractionDigits(decimal)
  const options = {
    style: 'unit',
    unit: 'percent',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  } as const
  return numberFormat(locale, options).format(exact(decimal))
}

export function count(value: number | string, locale: Locale): string {
  const text = String(value)
  const digits = fractionDigits(text)
  return numberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(
    exact(text),
  )
}

const SIZES = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const

/** Two sizes that differ, so that it shows: in bytes where they would be rounded to the same. */
export function sizes(a: number, b: number, locale: Locale): [string, string] {
  const rounded: [string, string] = [bytes(a, locale), bytes(b, locale)]
  const exactly = (value: number) => numberFormat(locale, { style: 'unit', unit: 'byte' }).format(value)
  return a !== b && rounded[0] === rounded[1] ? [exactly(a), exactly(b)] : rounded
}

export function bytes(value: number, locale: Locale): string {
  const step = value < 1_000 ? 0 : value < 1_000_000 ? 1 : value < 1_000_000_000 ? 2 : 3
  const scaled = value / 1_000 ** step
  const options = {
    style: 'unit',
    unit: SIZES[step] ?? 'byte',
    maximumFractionDigits: scaled < 10 ? 1 : 0,
  } as const
  return numberFormat(locale, options).format(scaled)
}
