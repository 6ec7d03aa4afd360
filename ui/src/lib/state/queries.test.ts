import { QueryObserver } from '@tanstack/svelte-query'
import { expect, test, vi } from 'vitest'
import { newQueryClient } from './queries'

/** What an observer shows in the end when something changes while its question is on its way. */
async function check(known: string[] | undefined, expected: string) {
  const client = newQueryClient()
  if (known) client.setQueryData(['documents'], known[0])
  const answers: ((answer: string) => void)[] = []
  const observer = new QueryObserver(client, {
    queryKey: ['documents'],
    staleTime: 0,
    queryFn: () => new Promise<string>((resolve) => answers.push(resolve)),
  })
  const stop = observer.subscribe(() => undefined)
  const renewed = client.invalidateQueries({ queryKey: ['documents'] })
  answers[0]?.('before')
  await vi.waitFor(() => expect(answers).toHaveLength(2))
  answers[1]?.('after')
  await renewed
  expect(observer.getCurrentResult().data).toBe(expected)
  stop()
}

test('what is asked for the first time while it changes is asked for anew', () => check(undefined, 'after'))
test('what was known already is asked for anew as well', () => check(['known'], 'after'))
