// The typed client. Rooms call `api`, and `answer` turns what comes back into data or a thrown `Problem`.
import createClient, { type Middleware } from 'openapi-fetch'
import type { components, paths } from '$lib/api/schema'
import { hear } from './clock.svelte'
import { isWindow, windowTransport } from './native'
import { asProblem, Problem } from './problem'
import { session } from './session.svelte'
import { browserTransport } from './transport'

export type Schemas = components['schemas']
export type Paths = paths

const bearer: Middleware = {
  onRequest({ request }) {
    if (session.secret !== null) request.headers.set('authorization', `Bearer ${session.secret}`)
    return request
  },
  async onResponse({ request, response }) {
    hear(response.headers.get('date'))
    const sent = request.headers.get('authorization')
    if (response.status === 401 && sent !== null && (await isEndOfSession(response))) {
      session.refused(sent.slice('Bearer '.length))
    }
    return response
  },
  onError({ error }) {
    return asProblem(error)
  },
}

/** A wrong password is answered with 401 as well, also to somebody who changes theirs and whose session goes on. */
async function isEndOfSession(response: Response): Promise<boolean> {
  const document: unknown = await response
    .clone()
    .json()
    .catch(() => null)
  return Problem.from(document, response.status).code === 'access.secret'
}

export const api = createClient<paths>({
  baseUrl: '/api/v1',
  fetch: isWindow ? windowTransport : browserTransport,
})
api.use(bearer)

/** What of a query is said: the API takes no empty values. */
export function said<Query>(values: Record<string, string | undefined>): Query {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value)) as Query
}

interface Answer<T> {
  data?: T
  error?: unknown
  response: Response
}

/** The data of an answer, or a thrown `Problem`. */
export async function answer<T>(asked: Promise<Answer<T>>): Promise<T> {
  return (await answerWithTag(asked)).data
}

/** The same with the `ETag`, which a change sends back as `If-Match`. */
export async function answerWithTag<T>(asked: Promise<Answer<T>>): Promise<{ data: T; tag: string | null }> {
  const { data, error, response } = await asked
  if (!response.ok) throw Problem.from(error, response.status)
  return { data: data as T, tag: response.headers.get('etag') }
}

/** A key for one intention of a person: the same when it is sent again, another for the next. */
export function newIdempotencyKey(): string {
  return crypto.randomUUID()
}
