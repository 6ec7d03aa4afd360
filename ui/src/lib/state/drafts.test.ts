import { beforeEach, expect, test } from 'vitest'
import { drafts } from './drafts.svelte'

const draft = { step: 'decide', note: 'half was proven', amount: '490' }
const empty = { step: 'decide', note: '  ', amount: '' }

beforeEach(() => drafts.forget())

test.each<[string, () => void, boolean, boolean]>([
  ['nothing was typed', () => drafts.keep('a', empty), false, false],
  ['typed', () => drafts.keep('a', draft), true, false],
  ['typed and emptied', () => (drafts.keep('a', draft), drafts.keep('a', empty)), false, false],
  ['of another credit', () => drafts.keep('b', draft), false, false],
  ['thrown away', () => (drafts.keep('a', draft), drafts.throwAway('a', draft)), false, true],
  ['nothing thrown away', () => drafts.throwAway('a', empty), false, false],
  ['thrown away elsewhere', () => drafts.throwAway('b', draft), false, false],
  ['taken back', () => (drafts.throwAway('a', draft), drafts.takeBack('a')), true, false],
  ['sent', () => (drafts.keep('a', draft), drafts.done('a')), false, false],
  ['somebody else signed in', () => (drafts.keep('a', draft), drafts.forget()), false, false],
])('%s', (_, act, isKept, isThrown) => {
  act()
  expect(drafts.of('a')).toEqual(isKept ? draft : null)
  expect(drafts.thrown('a')).toEqual(isThrown ? draft : null)
})
