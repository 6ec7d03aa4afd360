import { expect, test } from 'vitest'
import { creditKey, creditOf } from './credits'

test.each([
  ['prairie', 'prairie-platform', '2026-10', 'availability'],
  // A commitment of an earlier version of the contract, and one whose name holds what separates the parts.
  ['alpenbahn', 'alpenbahn-platform', '2026-10', 'availability@1'],
  ['alpenbahn', 'alpenbahn-platform', '2026-10', 'a/b'],
])('the key of a credit names it: %s %s %s %s', (tenant, contract, month, commitment) => {
  const key = creditKey({ tenant, contract, month, commitment })
  expect(creditOf(key)).toEqual({ at: { tenant, contract, month }, commitment })
})

test.each(['', 'prairie', 'prairie/prairie-platform/2026-10'])(
  'what names no credit opens none: %j',
  (key) => {
    expect(creditOf(key)).toBeNull()
  },
)
