import { expect, test, vi } from 'vitest'
import { MOST_LETTERS_OF_DECISION, MOST_LETTERS_OF_EXCLUSION, MOST_LETTERS_OF_NOTE, tooLong } from './letters'

vi.mock('$lib/words', () => ({
  language: () => 'de',
  t: (id: string, { letters, most }: Record<string, string>) => `${id}: ${letters} > ${most}`,
}))

const check = (text: string, most: number, expected: string | null) =>
  expect(tooLong(text, most)).toBe(expected)

test.each<[what: string, text: string, most: number, expected: string | null]>([
  ['nothing', '', 5, null],
  ['as many as fit', 'abcde', 5, null],
  ['one more', 'abcdef', 5, 'text-too-long: 6 > 5'],
  ['space around it does not count', ' \n\tabcde\u00a0\n ', 5, null],
  ['space inside it does', 'ab cde', 5, 'text-too-long: 6 > 5'],
  ['space alone is nothing', ' '.repeat(9), 5, null],
  ['no more of them where a letter takes two places', '😀'.repeat(5), 5, null],
  ['one more of those', '😀'.repeat(6), 5, 'text-too-long: 6 > 5'],
  [
    'accents of their own are letters, as the API counts them',
    'e\u0301e\u0301e\u0301',
    5,
    'text-too-long: 6 > 5',
  ],
  ['a note', 'x'.repeat(4_000), MOST_LETTERS_OF_NOTE, null],
  ['a note that is too long', 'x'.repeat(4_001), MOST_LETTERS_OF_NOTE, 'text-too-long: 4.001 > 4.000'],
  [
    'a decision that is too long',
    'x'.repeat(2_001),
    MOST_LETTERS_OF_DECISION,
    'text-too-long: 2.001 > 2.000',
  ],
  ['an exclusion that is too long', 'x'.repeat(501), MOST_LETTERS_OF_EXCLUSION, 'text-too-long: 501 > 500'],
])('%s', (_, text, most, expected) => check(text, most, expected))
