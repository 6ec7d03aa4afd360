import { expect, test } from 'vitest'
import {
  amountForApi,
  amountToEdit,
  bytes,
  decimalOfMinor,
  minorOfAmount,
  money,
  moneyRange,
  parseAmount,
  percent,
  sizes,
  type Locale,
} from './numbers'

/** Intl separates with several kinds of spaces; which one is not what these tests are about. */
const plain = (text: string | null) => text?.replaceAll(/[\u00a0\u202f\u2009]/g, ' ') ?? null

function check(format: () => string | null, expected: string | null) {
  expect(plain(format())).toBe(expected)
}

test.each<[number | bigint | string, string, Locale, string]>([
  [276562, 'EUR', 'de', '2.765,62 €'],
  [276562, 'EUR', 'en', 'EUR 2,765.62'],
  [-49000, 'USD', 'de', '-490,00 USD'],
  [0, 'EUR', 'en', 'EUR 0.00'],
  [5, 'EUR', 'en', 'EUR 0.05'],
  [1500, 'JPY', 'de', '1.500 JPY'],
  [1234, 'KWD', 'en', 'KWD 1.234'],
  ['9007199254740993', 'EUR', 'en', 'EUR 90,071,992,547,409.93'],
  [99999999999999999999n, 'EUR', 'de', '999.999.999.999.999.999,99 €'],
])('money(%s, %s, %s)', (minor, currency, locale, expected) =>
  check(() => money(minor, currency, locale), expected),
)

test.each<[number, number, string, Locale, string]>([
  [0, 98000, 'USD', 'de', '0,00–980,00 USD'],
  [0, 98000, 'USD', 'en', 'USD 0.00 – 980.00'],
  [15000, 15000, 'EUR', 'de', '150,00 €'],
])('moneyRange(%s, %s, %s, %s)', (low, high, currency, locale, expected) => {
  const spaces = (text: string) => text.replaceAll(/\s*–\s*/g, '–')
  expect(spaces(plain(moneyRange(low, high, currency, locale)) ?? '')).toBe(spaces(expected))
})

test.each([1.5, Number.NaN, 2 ** 53, '12.5', 'x'])('%s is refused as minor units', (minor) => {
  expect(() => decimalOfMinor(minor, 2)).toThrow(RangeError)
})

test.each<[string, Locale, string]>([
  ['99.4429', 'de', '99,4429 %'],
  ['99.9500', 'en', '99.9500%'],
  ['100', 'en', '100%'],
  ['1114.10', 'de', '1.114,10 %'],
])('percent(%s, %s)', (value, locale, expected) => check(() => percent(value, locale), expected))

test.each<[string, Locale, string | null]>([
  ['490', 'de', '490'],
  ['490,5', 'de', '490.5'],
  ['1.234,50', 'de', '1234.50'],
  ['1,234.50', 'en', '1234.50'],
  [' 1 234.50 ', 'en', '1234.50'],
  ['1.5', 'de', null],
  ['1,5', 'en', null],
  ['1,2,3', 'de', null],
  ['-5', 'en', null],
  ['', 'en', null],
  ['12a', 'de', null],
  ['0.00001', 'en', null],
])('parseAmount(%j, %s)', (typed, locale, expected) => check(() => parseAmount(typed, locale), expected))

test.each<[number, string, string]>([
  [49000, 'EUR', '490.00'],
  [1500, 'JPY', '1500'],
  [1, 'KWD', '0.001'],
])('amountForApi(%s, %s)', (minor, currency, expected) =>
  check(() => amountForApi(minor, currency), expected),
)

test.each<[number, Locale]>([
  [123456789, 'de'],
  [98000, 'en'],
])('what amountToEdit(%s, %s) shows is read back as the same amount', (minor, locale) => {
  expect(parseAmount(amountToEdit(minor, 'EUR', locale), locale)).toBe(amountForApi(minor, 'EUR'))
})

test.each<[number, Locale, string]>([
  [999, 'en', '999 byte'],
  [66910, 'de', '67 kB'],
  [1_500_000, 'en', '1.5 MB'],
])('bytes(%s, %s)', (value, locale, expected) => check(() => bytes(value, locale), expected))

test.each<[string, string, number | null]>([
  ['490.5', 'EUR', 49_050],
  ['490', 'EUR', 49_000],
  ['0.01', 'EUR', 1],
  ['0.001', 'EUR', null],
  ['1200', 'JPY', 1_200],
  ['1200.5', 'JPY', null],
  ['999999999999999', 'EUR', null],
])('%s %s in minor units', (decimal, currency, minor) => {
  expect(minorOfAmount(decimal, currency)).toBe(minor)
})

test.each<[number, number, Locale, string]>([
  [5_368_709_120, 67_108_864, 'de', '5,4 GB, 67 MB'],
  [67_108_865, 67_108_864, 'en', '67,108,865 byte, 67,108,864 byte'],
  [67_108_865, 67_108_864, 'de', '67.108.865 Byte, 67.108.864 Byte'],
  [12, 12, 'en', '12 byte, 12 byte'],
])('sizes(%s, %s, %s)', (a, b, locale, expected) => check(() => sizes(a, b, locale).join(', '), expected))
