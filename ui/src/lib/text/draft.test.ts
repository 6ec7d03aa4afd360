import { beforeEach, expect, test } from 'vitest'
import { Draft } from './draft.svelte'

let clock = 0
const draft = (key = 'one', begin = 'a', basis = '1') => new Draft(key, begin, basis, () => clock)

beforeEach(() => {
  clock += 1_000_000
  for (const key of ['one', 'other']) draft(key).forget()
})

test('letters that are typed in one go are one step back', () => {
  const one = draft()
  for (const text of ['ab', 'abc', 'abcd']) {
    clock += 100
    one.type(text)
  }
  clock += 5_000
  one.type('abcd e')
  one.undo()
  expect(one.text).toBe('abcd')
  one.undo()
  expect([one.text, one.canUndo, one.isChanged]).toEqual(['a', false, false])
  one.undo()
  one.redo()
  one.redo()
  expect([one.text, one.canRedo]).toEqual(['abcd e', false])
})

test('another text is a step of its own, and what is typed after going back has no way forth', () => {
  const one = draft()
  one.type('ab')
  one.put('drawn')
  one.undo()
  expect(one.text).toBe('ab')
  one.put('x')
  expect(one.canRedo).toBe(false)
  one.undo()
  one.undo()
  expect(one.text).toBe('a')
})

test('it is there again with its steps until it is saved', () => {
  draft().type('ab')
  const again = draft()
  expect([again.text, again.canUndo, again.isChanged]).toEqual(['ab', true, true])
  expect(draft('other').text).toBe('a')
  again.forget()
  expect(draft().text).toBe('a')
})

test('it stays when what it was begun from is replaced, and says from what that was', () => {
  draft().type('ab')
  const again = draft('one', 'drawn anew', '2')
  expect([again.text, again.basis]).toEqual(['ab', '1'])
  again.forget()
  expect([draft('one', 'drawn anew', '2').text, draft('one', '', '2').basis]).toEqual(['drawn anew', '2'])
})
