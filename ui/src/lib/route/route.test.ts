import { expect, test, vi } from 'vitest'
import { formatPlace, includesPlace, parsePlace, type Place } from './place'
import { route } from './route.svelte'

test.each<[string, Place]>([
  ['', { path: [], params: {} }],
  [
    '#/credits?month=2026-10&state=in_review',
    { path: ['credits'], params: { month: '2026-10', state: 'in_review' } },
  ],
  ['#/months/n%C3%B6rd%2Flicht/x', { path: ['months', 'nörd/licht', 'x'], params: {} }],
  ['#/months/%E0%A4%A', { path: ['months', '%E0%A4%A'], params: {} }],
])('parsePlace(%j)', (hash, expected) => expect(parsePlace(hash)).toEqual(expected))

test.each<Place>([
  { path: ['credits'], params: { month: '2026-10', credit: 'a/b/2026-10/c & d' } },
  { path: ['months', 'Ömer ☃', 'x?y'], params: {} },
  { path: [], params: {} },
])('a place survives its address: %j', (place) => expect(parsePlace(formatPlace(place))).toEqual(place))

test.each<[string, string, boolean]>([
  ['#/audit', '#/audit', true],
  ['#/audit?month=2026-10', '#/audit', true],
  ['#/audit?month=2026-10&tenant=prairie', '#/audit?month=2026-10', true],
  ['#/audit', '#/audit?month=2026-10', false],
  ['#/audit?month=2026-09', '#/audit?month=2026-10', false],
  ['#/months/prairie', '#/months', false],
  ['#/months', '#/months/prairie', false],
  ['#/credits', '#/audit', false],
])('whether who is at %s is at %s as well', (here, there, expected) =>
  expect(includesPlace(parsePlace(here), parsePlace(there))).toBe(expected),
)

test('an empty parameter leaves the address', () => {
  expect(formatPlace({ path: ['credits'], params: { state: '', month: '2026-10' } })).toBe(
    '#/credits?month=2026-10',
  )
})

test('what is set before the browser tells of a new address does not lead back', () => {
  const address = { hash: '#/overview' }
  const keep = (_: unknown, __: string, hash: string) => (address.hash = hash)
  vi.stubGlobal('location', address)
  vi.stubGlobal('history', { state: null, pushState: keep, replaceState: keep })
  // A link was followed, and a room was gone to; the event comes with neither yet.
  address.hash = '#/credits'
  route.set({ month: '2026-10' }, 'replace')
  expect([address.hash, route.path]).toEqual(['#/credits?month=2026-10', ['credits']])
  route.go(['months'])
  expect(route.path).toEqual(['months'])
  route.set({ tenant: 'prairie' }, 'replace')
  expect(address.hash).toBe('#/months?month=2026-10&tenant=prairie')
  vi.unstubAllGlobals()
})
