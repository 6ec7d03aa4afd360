import { QueryClient } from '@tanstack/svelte-query'
import { asProblem } from '$lib/backend/problem'

const RETRIES = 2

export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        retry: (failures, error) => failures < RETRIES && asProblem(error).isPassing,
      },
    },
  })
}
