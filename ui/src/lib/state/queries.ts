import {
  QueryClient,
  type InvalidateOptions,
  type InvalidateQueryFilters,
  type QueryKey,
} from '@tanstack/svelte-query'
import { asProblem } from '$lib/backend/problem'

const RETRIES = 2

export function newQueryClient(): QueryClient {
  return new Client({
    defaultOptions: {
      // The API may run on this very machine: whether the browser thinks it is online says nothing about it.
      queries: {
        networkMode: 'always',
        staleTime: 15_000,
        retry: (failures, error) => failures < RETRIES && asProblem(error).isPassing,
      },
      mutations: { networkMode: 'always' },
    },
  })
}

/**
 * Asks anew as well for what is on its way for the first time. TanStack waits for such an answer instead, although it may tell what was
 * there before the change, and takes it for fresh.
 */
class Client extends QueryClient {
  override async invalidateQueries<Key extends QueryKey = QueryKey>(
    filters?: InvalidateQueryFilters<Key>,
    options?: InvalidateOptions,
  ): Promise<void> {
    const isChosen = filters?.predicate
    await this.cancelQueries<Key>({
      ...filters,
      type: 'active',
      predicate: (query) => query.state.data === undefined && (isChosen?.(query) ?? true),
    })
    return super.invalidateQueries(filters, options)
  }
}
