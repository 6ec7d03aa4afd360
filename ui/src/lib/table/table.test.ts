import { expect, test } from 'vitest'
import { chosenOf, toggled, type Filter } from './columns'
import { csvOf } from './csv'
import { ROW_HEIGHT_PIXELS, scrollFor, stepTo, windowOf } from './rows'

test.each<[string | number | null, string]>([
  ['plain', 'plain'],
  ['a "b", c', '"a ""b"", c"'],
  ['two\nlines', '"two\nlines"'],
  ['=1+1', "'=1+1"],
  ['@cmd', "'@cmd"],
  ['-490.00', '-490.00'],
  ['-490.00+x', "'-490.00+x"],
  [-3, '-3'],
  [null, ''],
])('a field of CSV: %j', (value, expected) => {
  expect(csvOf([{ name: 'x', value: (row: typeof value) => row }], [value])).toBe(
    `\ufeffx\r\n${expected}\r\n`,
  )
})

test.each<[string, number, number, number | null]>([
  ['ArrowDown', 0, 3, 1],
  ['ArrowDown', 2, 3, 2],
  ['ArrowUp', 0, 3, 0],
  ['PageDown', 0, 100, 10],
  ['End', 0, 100, 99],
  ['Home', 50, 100, 0],
  ['x', 0, 3, null],
  ['ArrowDown', 0, 0, null],
])('%s from row %s of %s', (key, from, count, expected) =>
  expect(stepTo(key, from, count, 10)).toBe(expected),
)

test.each<[number, number, number, number, number]>([
  [0, 0, 600, 0, 0],
  [5, 0, 600, 0, 5],
  [50_000, 0, 360, 0, 20],
  [50_000, 36_000, 360, 990, 1020],
  [10, 99_999, 360, 10, 10],
])('of %s rows, scrolled by %s in %s pixels, %s to %s are drawn', (count, scrolled, height, first, end) => {
  expect(windowOf(count, scrolled, height)).toEqual({ first, end })
})

test.each<[number, number, number | null]>([
  [0, 0, null],
  [0, 100, 0],
  [20, 0, 21 * ROW_HEIGHT_PIXELS - 360],
])('row %s is brought into sight from %s', (index, scrolled, expected) =>
  expect(scrollFor(index, scrolled, 360)).toBe(expected),
)

const states: Filter = {
  id: 'state',
  title: 'State',
  isMany: true,
  options: ['draft', 'in_review', 'issued'].map((value) => ({ value, label: value })),
}

test.each<[string, string, string]>([
  ['', 'in_review', 'in_review'],
  ['in_review', 'draft', 'draft,in_review'],
  ['draft,in_review', 'draft', 'in_review'],
  ['issued', 'issued', ''],
  ['gone', 'draft', 'draft'],
])('of %j, %s is chosen or not any more', (state, value, expected) => {
  expect(toggled(states, { state }, value)).toBe(expected)
})

test.each<[Filter, string, string[]]>([
  [states, '', []],
  [states, 'draft,issued', ['draft', 'issued']],
  [{ ...states, isMany: false }, 'draft,issued', ['draft,issued']],
])('what is chosen of a filter', (filter, state, expected) => {
  expect(chosenOf(filter, { state })).toEqual(expected)
})
