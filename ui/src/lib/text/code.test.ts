import { expect, test } from 'vitest'
import { partsOf } from './code'

/** Code between brackets. */
const shown = (text: string) =>
  partsOf(text)
    .map((part) => (part.isCode ? `[${part.text}]` : part.text))
    .join('')

test.each([
  ['Name of the `SLO` that is measured', 'Name of the [SLO] that is measured'],
  ['`minimumCredit`, `commitments.latency`', '[minimumCredit], [commitments.latency]'],
  ['no code at all', 'no code at all'],
  ['', ''],
  ['a backtick ` alone', 'a backtick ` alone'],
  ['nothing between ``', 'nothing between ``'],
  ['`a` and `b', '[a] and `b'],
  ['over `two\nlines` it is none', 'over `two\nlines` it is none'],
  ['`<img onerror=alert(1)>`', '[<img onerror=alert(1)>]'],
])('%s', (text, expected) => {
  expect(shown(text)).toBe(expected)
})

test('nothing of a text is lost', () => {
  const text = 'x `y` ``z` `'
  expect(
    partsOf(text)
      .map((part) => (part.isCode ? `\`${part.text}\`` : part.text))
      .join(''),
  ).toBe(text)
})
