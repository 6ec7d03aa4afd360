import { readFileSync } from 'node:fs'
import { FluentResource } from '@fluent/bundle'
import { expect, test } from 'vitest'
import type { Schemas } from '$lib/backend/api'
import { isTooLarge, lineOfKey, MOST_UPLOAD_BYTES, wordsOfFlaw } from './bundle'

const root = new URL('../../../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')

/** What can be wrong, with the fields of each, as the API publishes it. */
function published(): Map<string, string[]> {
  const { Flaw } = (
    JSON.parse(read('assets/schemas/openapi.json')) as {
      components: {
        schemas: Record<string, { oneOf: { properties: Record<string, { const?: string }> }[] }>
      }
    }
  ).components.schemas
  return new Map(
    (Flaw?.oneOf ?? []).map(({ properties: { code, ...fields } }) => [
      code?.const ?? '',
      Object.keys(fields).sort(),
    ]),
  )
}

/** The same as it stands in the core. */
function written(): Map<string, string[]> {
  const text = read('src-tauri/crates/sla-report/src/bundle/flaw.rs')
  const body = /pub enum Flaw \{\n([\s\S]*?)\n\}/.exec(text)?.[1] ?? ''
  const snake = (name: string) => name.replace(/(?<!^)[A-Z]/g, '_$&').toLowerCase()
  return new Map(
    [...body.matchAll(/^ {4}([A-Z]\w*)(?: \{([\s\S]*?)^ {4}\})?,$/gm)].map(([, name = '', fields = '']) => [
      snake(name),
      [...fields.matchAll(/^ {8}(\w+): /gm)].map(([, field = '']) => field).sort(),
    ]),
  )
}

/** The values that the words for each flaw name. */
function named(language: 'de' | 'en'): Map<string, string[]> {
  const prefix = 'bundle-flaw-'
  return new Map(
    new FluentResource(read(`assets/locales/${language}.ftl`)).body
      .filter(({ id }) => id.startsWith(prefix))
      .map(({ id, value }) => [
        id.slice(prefix.length).replaceAll('-', '_'),
        [...JSON.stringify(value).matchAll(/"type":"var","name":"(\w+)"/g)]
          .map(([, name = '']) => name)
          .sort(),
      ]),
  )
}

const flaws = published()
const inOrder = (of: Map<string, string[]>) =>
  Object.fromEntries([...of].sort(([a], [b]) => a.localeCompare(b)))

test('the core knows no flaw that the API does not publish', () => {
  expect(flaws.size).toBeGreaterThan(20)
  expect(inOrder(written())).toEqual(inOrder(flaws))
})

test.each(['de', 'en'] as const)(
  'every flaw has words in %s, and they name each of its fields once',
  (language) => {
    expect(inOrder(named(language))).toEqual(inOrder(flaws))
  },
)

test.each([...flaws])('%s is told with its fields', (code, fields) => {
  const values = Object.fromEntries(fields.map((field) => [field, `a ${field}`]))
  const flaw = { code, ...values } as unknown as Schemas['Flaw']
  expect(wordsOfFlaw(flaw)).toEqual({
    id: `bundle-flaw-${code.replaceAll('_', '-')}`,
    values,
    reason: fields.includes('reason') ? 'a reason' : null,
  })
})

test('the largest bundle that is sent is the largest that the API takes', () => {
  const [, factors = ''] =
    /MOST_UPLOAD_BYTES: usize = ([\d_ *]+);/.exec(read('src-tauri/crates/sla-api/src/bundles.rs')) ?? []
  const bytes = factors
    .split('*')
    .reduce((product, factor) => product * Number(factor.replaceAll('_', '')), 1)
  expect(MOST_UPLOAD_BYTES).toBe(bytes)
  expect(isTooLarge({ size: bytes })).toBe(false)
  expect(isTooLarge({ size: bytes + 1 })).toBe(true)
})

test('the line of a key is found in its whole file, and nothing else is changed', () => {
  const line = `RW${'x'.repeat(54)}`
  expect(lineOfKey(` ${line}\n`)).toBe(line)
  expect(lineOfKey(`untrusted comment: minisign public key F00DBEEFF00DBEEF${line} `)).toBe(line)
  expect(lineOfKey(`untrusted comment: minisign public key F00DBEEFF00DBEEF\n${line}\n`)).toBe(line)
  expect(lineOfKey('F00DBEEFF00DBEEF')).toBe('F00DBEEFF00DBEEF')
  expect(lineOfKey('')).toBe('')
})
