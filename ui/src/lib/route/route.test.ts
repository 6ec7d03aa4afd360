import { expect, test } from 'vitest'
import { formatPlace, parsePlace, type Place } from './place'

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

test('an empty parameter leaves the address', () => {
  expect(formatPlace({ path: ['credits'], params: { state: '', month: '2026-10' } })).toBe(
    '#/credits?month=2026-10',
  )
})
