import { QueryClient } from '@tanstack/svelte-query'
import { asProblem } from '$lib/backend/problem'

const RETRIES = 2

export function newQueryClient(): QueryClient {
  return new QueryClient({
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
