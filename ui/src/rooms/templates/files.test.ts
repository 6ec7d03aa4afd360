import { expect, test } from 'vitest'
import { documentOf, DOCUMENTS, groupOf, hasVerdict, inOrder, languageOf, stemOf } from './files'

test.each([
  ['letter-met.de.md', 'letter-met', 'de', 'letter-met'],
  ['letter-head.en.md', 'letter-head', 'en', 'letter-breach'],
  ['settlement.en.md', 'settlement', 'en', 'letter-credit'],
  ['report.de.md', 'report', 'de', 'report'],
  ['governance.en.md', 'governance', 'en', 'governance'],
  ['words.de.json', 'words', 'de', 'report'],
  ['theme.json', 'theme.json', null, 'report'],
  ['logo.svg', 'logo.svg', null, 'report'],
])('%s is told by its name', (file, stem, language, document) => {
  expect([stemOf({ file }), languageOf({ file }), documentOf({ file })]).toEqual([stem, language, document])
})

test('a logo is a part of the look', () => {
  expect(groupOf({ kind: 'picture' })).toBe('look')
  expect(groupOf({ kind: 'letter' })).toBe('letter')
})

test('a letter of a month has its own verdict', () => {
  expect(DOCUMENTS.filter(hasVerdict)).toEqual(['report', 'statement', 'governance'])
})

test('what goes out each month comes first, what is one customer’s last', () => {
  const files = [
    { file: 'theme.json', tenant: 'prairie' },
    { file: 'logo.png' },
    { file: 'letter-head.de.md' },
    { file: 'letter-met.de.md' },
    { file: 'letter-met.en.md' },
  ]
  expect(inOrder(files).map(({ file }) => file)).toEqual([
    'letter-met.de.md',
    'letter-met.en.md',
    'letter-head.de.md',
    'logo.png',
    'theme.json',
  ])
})
