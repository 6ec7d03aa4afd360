// Every figure on the screen is put into words here, in the language that is chosen; nothing else formats.
import { language } from '$lib/words'
import * as numbers from './numbers'
import * as times from './times'

export { amountForApi, minorDigits, minorOfAmount } from './numbers'
export { fromLocal, isMonth, shiftMonth, toLocal } from './times'

export const money = (minor: numbers.Minor, currency: string) => numbers.money(minor, currency, language())
export const moneyRange = (low: numbers.Minor, high: numbers.Minor, currency: string) =>
  numbers.moneyRange(low, high, currency, language())
export const amountToEdit = (minor: numbers.Minor, currency: string) =>
  numbers.amountToEdit(minor, currency, language())
export const parseAmount = (typed: string) => numbers.parseAmount(typed, language())
export const percent = (decimal: string) => numbers.percent(decimal, language())
export const count = (value: number | string) => numbers.count(value, language())
export const bytes = (value: number) => numbers.bytes(value, language())
export const sizes = (a: number, b: number) => numbers.sizes(a, b, language())
export const duration = (seconds: number | string) => times.duration(seconds, language())
export const month = (value: string, length: 'long' | 'short' = 'long') =>
  times.month(value, language(), length)
export const day = (value: string) => times.day(value, language())
export const instant = (value: string, timeZone?: string) => times.instant(value, language(), timeZone)

/** A percentage, or from the least to the most; null where there was nothing to judge. */
export function percentRange(low: string | null | undefined, high: string | null | undefined): string | null {
  if (low == null || high == null) return null
  return low === high ? percent(low) : `${percent(low)} – ${percent(high)}`
}

/** A length of time, or from the least to the most; null where there is none. */
export function durationRange(
  low: string | number | null | undefined,
  high: string | number | null | undefined,
): string | null {
  if (low == null || high == null) return null
  return String(low) === String(high) ? duration(low) : `${duration(low)} – ${duration(high)}`
}
