import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const src = fileURLToPath(new URL('..', import.meta.url))
const all = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((one) => one.endsWith('.svelte'))
const text = (path: string) => readFileSync(join(src, path), 'utf8')

/** The components that one imports, whether at once or when they are wanted. */
function importsOf(path: string): string[] {
  return [...text(path).matchAll(/(?:from |import\()'([^']+\.svelte)'/g)]
    .map(([, to = '']) => {
      const inside = to.replace(/^\$lib/, 'lib').replace(/^\$rooms/, 'rooms')
      return inside === to ? relative(src, resolve(src, dirname(path), to)) : inside
    })
    .filter((one) => all.includes(one))
}

const own = all.filter((path) => path.startsWith('gallery/'))
const parts = all.filter((path) => path.startsWith('rooms/') || path.startsWith('lib/'))
const direct = new Set(own.flatMap(importsOf))

function reached(from: Iterable<string>, seen = new Set<string>()): Set<string> {
  for (const path of from)
    if (!seen.has(path)) {
      seen.add(path)
      reached(importsOf(path), seen)
    }
  return seen
}

/** What has states that no other part brings about: it asks, or it changes something. */
const asks = (path: string) => /\b(createQuery|createMutation|createInfiniteQuery|paged)\b/.test(text(path))

/** Shown nowhere, and why. */
const exceptions: Record<string, string> = {
  'rooms/shell/Shell.svelte': 'the frame around all rooms, which the journeys walk through',
  'rooms/shell/JobNotices.svelte': 'draws nothing: it tells the system',
}

test('every component is shown in the gallery', () => {
  const shown = reached(direct)
  expect(parts.filter((path) => !shown.has(path) && !(path in exceptions))).toEqual([])
})

test('what asks the API has a place of its own, so that each of its states can be seen', () => {
  expect(parts.filter((path) => asks(path) && !direct.has(path) && !(path in exceptions))).toEqual([])
})

test('an exception is one', () => {
  expect(Object.keys(exceptions).filter((path) => !parts.includes(path) || direct.has(path))).toEqual([])
})
