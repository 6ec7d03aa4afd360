import { readdirSync, readFileSync } from 'node:fs'
import { FluentResource } from '@fluent/bundle'
import { expect, test } from 'vitest'
import { Problem } from '../backend/problem'
import { adviceFor, adviceForEffect, adviceForFailure, adviceForSource, explains } from './advice'

const root = new URL('../../../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const ids = new Set(new FluentResource(read('assets/locales/de.ftl')).body.map(({ id }) => id))
const home = 'src-tauri/'
const programs = readdirSync(new URL(home, root), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.rs'))
  .map((path) => [path, read(`${home}${path}`)] as const)

/** Every code that stands in the programs, in those of one crate where it is named. */
const codesIn = (crate = '') =>
  new Set(
    programs
      .filter(([path]) => path.startsWith(crate))
      .flatMap(([, text]) => [...text.matchAll(/"([a-z]+\.[a-z_]+)"/g)].map(([, code = '']) => code)),
  )
const codes = codesIn()

test.each([
  adviceForSource,
  adviceForEffect,
  adviceForFailure,
  (code: string) => adviceFor(Problem.from({ code, detail: '', status: 422 }, 422)),
])('whatever is advised has words: %s', (advise) => {
  const wanted = [...codes].flatMap((code) => Object.values(advise(code) as object) as (string | null)[])
  expect(wanted.filter((id) => id !== null && !ids.has(id))).toEqual([])
})

test('a code with words of its own is one of the API, and says what to do', () => {
  const own = [...ids].filter((id) => id.startsWith('problem-code-') && !id.endsWith('-next'))
  const known = new Set([...codes].map((code) => `problem-code-${code.replaceAll(/[._]/g, '-')}`))
  expect(own.length).toBeGreaterThan(20)
  expect(own.filter((id) => !known.has(id) || !ids.has(`${id}-next`))).toEqual([])
})

test('whatever a source may answer is explained, but for what is wrong in the program or the contract', () => {
  const ofSources = [...codesIn('crates/sla-capture/src/')].filter((code) =>
    /^(prometheus|sql|capture|file)\./.test(code),
  )
  expect(ofSources.length).toBeGreaterThan(30)
  expect(ofSources.filter((code) => !explains(adviceForSource(code))).sort()).toEqual([
    'capture.step',
    'capture.unaligned',
    'capture.years',
    'prometheus.points',
    'prometheus.timestamp',
    'prometheus.value',
    'prometheus.version',
  ])
})

test('words that name no reason do not explain', () => {
  expect(explains(adviceForFailure('measure'))).toBe(false)
  expect(explains(adviceForSource('a.code_of_tomorrow'))).toBe(false)
  expect(explains(adviceForEffect('measure'))).toBe(false)
  expect(explains(adviceForFailure('file.read'))).toBe(true)
})
