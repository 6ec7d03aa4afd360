import { expect, test } from 'vitest'
import { blocksOf } from './markdown'

/** Blocks in one line each: strong words in *stars*, lines parted by bars. */
const said = (markdown: string) =>
  blocksOf(markdown).map(
    ({ kind, lines }) =>
      `${kind}: ${lines
        .map((runs) => runs.map(({ text, isStrong }) => (isStrong ? `*${text}*` : text)).join(''))
        .join(' | ')}`,
  )

test.each<[string, string, string[]]>([
  ['nothing', '', []],
  ['a heading', '# Report October', ['heading: Report October']],
  ['a heading of which the text goes on at once', '# Report\nText', ['heading: Report', 'paragraph: Text']],
  ['an address', 'Hansebit\\\nHamburg', ['paragraph: Hansebit | Hamburg']],
  ['a break of two spaces', 'Hansebit  \nHamburg', ['paragraph: Hansebit | Hamburg']],
  ['a paragraph over two lines', 'One\ntwo', ['paragraph: One two']],
  ['two paragraphs', 'One\n\n\ntwo', ['paragraph: One', 'paragraph: two']],
  ['a list', '- **Up**: met\n- down', ['list: *Up*: met | down']],
  ['an item over two lines', '- up\n  and down', ['list: up and down']],
  ['items apart are one list', '- up\n\n- down', ['list: up | down']],
  ['numbers', '1. up\n2) down\nand up', ['paragraph: 1. up | 2) down and up']],
  ['a date', '27. November 2026', ['paragraph: 27. November 2026']],
  ['a list ends with its paragraph', '- up\n\nText', ['list: up', 'paragraph: Text']],
  ['strong words', 'of **EUR 2.50** and **more**', ['paragraph: of *EUR 2.50* and *more*']],
  ['stars that are none', '2 ** 3 and **open', ['paragraph: 2 ** 3 and **open']],
  ['a sign for itself', '5\\*6 \\# C:\\temp', ['paragraph: 5*6 # C:\\temp']],
  ['what is not known stays', '> [x](y) <b>', ['paragraph: > [x](y) <b>']],
])('%s', (_, markdown, expected) => expect(said(markdown)).toEqual(expected))
