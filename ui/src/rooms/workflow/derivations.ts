// How every amount of a month is derived, in the language of the window; asked for once, wherever it is shown.
import { queryOptions } from '@tanstack/svelte-query'
import { answer, api } from '$lib/backend/api'
import { language } from '$lib/words'
import type { MonthRef } from './steps'

export const derivationsOf = (at: MonthRef, revision: number) =>
  queryOptions({
    queryKey: ['derivations', at.tenant, at.contract, at.month, revision, language()],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/months/{tenant}/{contract}/{month}/derivations', {
          params: { path: at, query: { language: language(), revision } },
          signal,
        }),
      ),
    staleTime: Infinity,
  })
