import { expect, test } from 'vitest'
import { compareLines } from './lines'

const signs = { same: ' ', added: '+', removed: '-' }
const told = (before: string, after: string) =>
  compareLines(before, after)
    .map(({ kind, text }) => signs[kind] + text)
    .join('|')

test.each([
  ['', '', ' '],
  ['a', 'a', ' a'],
  ['a\nb\nc', 'a\nc', ' a|-b| c'],
  ['a\nc', 'a\nb\nc', ' a|+b| c'],
  ['a\nb\nc', 'a\nx\nc', ' a|-b|+x| c'],
  ['a\nb', 'b\na', '-a| b|+a'],
  ['', 'a', '-|+a'],
  ['株\n\n社', '株\n式会\n社', ' 株|-|+式会| 社'],
])('from %j to %j', (before, after, expected) => expect(told(before, after)).toBe(expected))

test('both texts can be read out of what is told', () => {
  // A row of numbers that looks random and is the same in each run.
  let seed = 7
  const next = (most: number) => (seed = (seed * 1103515245 + 12345) % 2 ** 31) % most
  for (let round = 0; round < 200; round += 1) {
    const text = () => Array.from({ length: next(12) }, () => 'abc'[next(3)]).join('\n')
    const [before, after] = [text(), text()]
    const lines = compareLines(before, after)
    const without = (kind: string) =>
      lines
        .filter((line) => line.kind !== kind)
        .map((line) => line.text)
        .join('\n')
    expect([without('added'), without('removed')]).toEqual([before, after])
  }
})

test('texts that share hardly anything are told at once', () => {
  const many = (word: string) => Array.from({ length: 4_000 }, (_, at) => `${word} ${at}`).join('\n')
  expect(compareLines(many('a'), many('b'))).toHaveLength(8_000)
})
