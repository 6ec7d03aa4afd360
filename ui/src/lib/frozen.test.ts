import { expect, test } from 'vitest'
import { freezePrototype } from './frozen'

/** Something that others inherit from, as all objects do from theirs. */
function kind() {
  const prototype = {
    describe: () => 'as inherited',
    [Symbol.toStringTag]: 'Kind',
  }
  const one = Object.create(prototype) as Record<string, unknown> & typeof prototype
  freezePrototype(prototype)
  return { prototype: prototype as Record<string, unknown>, one }
}

test('what is inherited is read as before, and seen in no listing', () => {
  const { one } = kind()
  expect(one.describe()).toBe('as inherited')
  expect(String(one)).toBe('[object Kind]')
  expect(Object.keys(one)).toEqual([])
  const names = []
  for (const name in one) names.push(name)
  expect(names).toEqual([])
})

test('an object takes a property of its own by assignment, and others keep theirs', () => {
  const { one, prototype } = kind()
  const other = Object.create(prototype) as typeof one
  one.describe = () => 'its own'
  one['more'] = 1
  expect(one.describe()).toBe('its own')
  expect(Object.keys(one)).toEqual(['describe', 'more'])
  expect(other.describe()).toBe('as inherited')
})

test.each<[string, (prototype: Record<string, unknown>) => unknown]>([
  ['a new property', (prototype) => (prototype['isAdmin'] = true)],
  ['another value', (prototype) => (prototype['describe'] = () => 'changed')],
  ['a property defined anew', (prototype) => Object.defineProperty(prototype, 'describe', { value: 1 })],
  ['a property taken away', (prototype) => delete prototype['describe']],
  ['another ancestor', (prototype) => Object.setPrototypeOf(prototype, null)],
])('%s is refused to what all inherit', (_, change) => {
  const { prototype, one } = kind()
  expect(() => change(prototype)).toThrow(TypeError)
  expect(one.describe()).toBe('as inherited')
  expect(one['isAdmin']).toBeUndefined()
})
