import { readFileSync, readdirSync } from 'node:fs'
import { FluentResource } from '@fluent/bundle'
import { expect, test } from 'vitest'
import { statesOf, statusKinds, statusOf } from '../parts/status'

const root = new URL('../../../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const texts = { en: read('assets/locales/en.ftl'), de: read('assets/locales/de.ftl') }

/** Every message with the variables that it names. */
function messages(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const entry of new FluentResource(text).body) {
    const names = [...JSON.stringify(entry.value).matchAll(/"type":"var","name":"(\w+)"/g)].map(
      ([, name]) => name ?? '',
    )
    found.set(entry.id, [...new Set(names)].sort())
  }
  return found
}

const en = messages(texts.en)
const de = messages(texts.de)

test('both languages have the same ids with the same variables', () => {
  expect(Object.fromEntries(de)).toEqual(Object.fromEntries(en))
  expect(en.size).toBeGreaterThan(200)
})

test.each(Object.entries(texts))(
  'every line of %s is understood, and no id stands there twice',
  (_, text) => {
    const ids = [...text.matchAll(/^([a-z][\w-]*) =/gm)].map(([, id]) => id)
    expect(ids).toEqual([...messages(text).keys()])
  },
)

const sources = readdirSync(new URL('ui/src/', root), { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.(svelte|ts)$/.test(path) && !/\.(test|d)\.ts$/.test(path))
  .map((path) => read(`ui/src/${path}`))

test('every id that is asked for has words', () => {
  const asked = sources.flatMap((source) =>
    [...source.matchAll(/\bt\(\s*'([\w-]+)'/g)].map(([, id]) => id ?? ''),
  )
  expect(asked.filter((id) => !en.has(id))).toEqual([])
})

test('every family of ids that is asked for has words', () => {
  const families = sources.flatMap((source) =>
    [...source.matchAll(/\bt\(\s*`([a-z-]+-)\$\{/g)].map(([, prefix]) => prefix ?? ''),
  )
  expect(families.filter((prefix) => ![...en.keys()].some((id) => id.startsWith(prefix)))).toEqual([])
})

const statusWords = statusKinds.flatMap((kind) => statesOf(kind).map((state) => statusOf(kind, state).word))

test('every status has a word', () => {
  expect(statusWords.filter((id) => !en.has(id))).toEqual([])
})

test('no words are left that nothing asks for', () => {
  // The tray and the prompt speak from the same files.
  const programs = ['src-tauri/src/window.rs', 'src-tauri/crates/sla-cli/src/bundle.rs']
  const text = [...sources, ...programs.map(read)].join('\n')
  const families = [...text.matchAll(/(?:`([a-z-]+-)\$|"([a-z-]+-))\{/g)].map(
    ([, inPage, inProgram]) => inPage ?? inProgram ?? '',
  )
  const isAsked = (id: string) =>
    new RegExp(`['"]${id}['"]`).test(text) ||
    families.some((prefix) => id.startsWith(prefix)) ||
    statusWords.includes(id)
  expect([...en.keys()].filter((id) => !isAsked(id))).toEqual([])
})
