// Answers that a part of the gallery gets instead of asking the API, so that each of its states can be shown.
import { Problem } from '$lib/backend/problem'
import { newQueryClient } from '$lib/state/queries'

/** An answer that does not come. */
export const waits = Symbol('waits')

/** By the beginning of a query's key: `credits/totals`, or `credits` for all others. A function is called for each page. */
export type Answers = Record<string, unknown>

export const unreachable = Problem.local('connection.failed')
export const sleeping = new Problem('ledger.unreachable', 503, 'the ledger does not answer', null)
export const stale = new Problem(
  'request.stale',
  412,
  'it has changed since you looked at it; look again, and decide again',
  'urn:sla-desk:request:e5a0571402437eb931358269',
  { by: 'ole', at: '2026-11-03T09:00:00Z' },
)
export const refused = new Problem(
  'access.forbidden',
  403,
  'ole may not do this: it needs audit.read, which finance does not hold',
  null,
)

/** A list that the API gives page by page. */
export const page = <Row>(...items: Row[]) => ({ items, next: null })

/** The first page comes, the next one does not. */
export const torn =
  <Row>(...items: Row[]) =>
  (cursor: unknown) =>
    cursor === undefined ? { items, next: 'more' } : sleeping

async function come(answer: unknown): Promise<unknown> {
  if (answer instanceof Error) throw answer
  if (answer === waits) return new Promise(() => undefined)
  return answer
}

/** A client whose queries get `answers`, and whose changes all come to `outcome`. */
export function cannedClient(answers: Answers, outcome: unknown) {
  const client = newQueryClient()
  const [query, mutation] = [
    client.defaultQueryOptions.bind(client),
    client.defaultMutationOptions.bind(client),
  ]
  const answerTo = (key: readonly unknown[], cursor: unknown) => {
    const found = [`${String(key[0])}/${String(key[1])}`, String(key[0])].find((one) => one in answers)
    if (found === undefined) throw new Error(`the gallery has no answer to ${JSON.stringify(key)}`)
    const answer = answers[found]
    return come(typeof answer === 'function' ? (answer as (cursor: unknown) => unknown)(cursor) : answer)
  }
  client.defaultQueryOptions = ((options: Parameters<typeof query>[0]) => ({
    ...query(options),
    queryFn: ({ queryKey, pageParam }: { queryKey: readonly unknown[]; pageParam?: unknown }) =>
      answerTo(queryKey, pageParam),
    retry: false,
    staleTime: Infinity,
    refetchInterval: false,
  })) as unknown as typeof client.defaultQueryOptions
  client.defaultMutationOptions = ((options: Parameters<typeof mutation>[0]) => ({
    ...mutation(options),
    mutationFn: () => come(outcome),
    retry: false,
  })) as unknown as typeof client.defaultMutationOptions
  return client
}
