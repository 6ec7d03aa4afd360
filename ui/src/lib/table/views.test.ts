import { beforeEach, expect, test, vi } from 'vitest'
import { Views } from './views.svelte'

const kept = new Map<string, string>()

beforeEach(() => {
  kept.clear()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  })
})

const view = (name: string) => ({ name, params: { state: name }, hidden: [] })
const names = (views: Views) => views.list.map((one) => one.name)

test.each<[string, (views: Views) => void, string[]]>([
  ['saved', () => undefined, ['a', 'b', 'c']],
  ['saved again: it comes last', (views) => views.save(view('a')), ['b', 'c', 'a']],
  ['renamed: it keeps its place', (views) => views.rename('b', 'x'), ['a', 'x', 'c']],
  ['renamed as another one: that one goes', (views) => views.rename('a', 'c'), ['c', 'b']],
  ['renamed as itself', (views) => views.rename('b', 'b'), ['a', 'b', 'c']],
  ['one that is not there', (views) => views.rename('z', 'y'), ['a', 'b', 'c']],
  ['removed', (views) => views.remove('b'), ['a', 'c']],
])('a view is %s', (_, act, expected) => {
  const views = new Views('credits')
  for (const name of ['a', 'b', 'c']) views.save(view(name))
  act(views)
  expect(names(views)).toEqual(expected)
  expect(names(new Views('credits'))).toEqual(expected)
  expect(names(new Views('months'))).toEqual([])
})
