import { expect, test } from 'vitest'
import { endedAmong } from './notices'

const job = (id: string, state: 'waiting' | 'running' | 'done' | 'failed', is_cancelled = false) => ({
  id,
  state,
  is_cancelled,
})

test.each<[string, ReturnType<typeof job>[], string[], string[]]>([
  ['nothing was under way', [job('a', 'done')], [], []],
  ['one ended', [job('a', 'done'), job('b', 'running')], ['a', 'b'], ['a']],
  ['one failed', [job('a', 'failed')], ['a'], ['a']],
  ['one waits still', [job('a', 'waiting')], ['a'], []],
  ['one was called off', [job('a', 'failed', true)], ['a'], []],
  ['one is gone from the list', [], ['a'], []],
])('%s', (_, jobs, underway, ended) => {
  expect(endedAmong(jobs, new Set(underway)).map(({ id }) => id)).toEqual(ended)
})
