// A list that the server gives page by page, as a table wants it.
import { createInfiniteQuery, useQueryClient } from '@tanstack/svelte-query'
import type { Listing } from './columns'

export interface Page<Row> {
  items: Row[]
  next?: string | null
}

/** What a page is asked for by. */
export interface PageQuery {
  limit: number
  cursor?: string
}

const PAGE_ROWS = 100

/** At most so many rows are exported; beyond it the person is better served by the program's own export. */
const EXPORT_LIMIT_PAGES = 500

interface PagedOptions<Row> {
  key: readonly unknown[]
  enabled?: boolean
  load: (page: PageQuery, signal: AbortSignal) => Promise<Page<Row>>
}

const pageAt = (cursor: string | undefined): PageQuery => ({
  limit: PAGE_ROWS,
  ...(cursor === undefined ? {} : { cursor }),
})

export function paged<Row>(options: () => PagedOptions<Row>): Listing<Row> {
  const client = useQueryClient()
  const query = createInfiniteQuery(() => {
    const { key, load, enabled = true } = options()
    return {
      queryKey: key,
      enabled,
      queryFn: ({ pageParam, signal }: { pageParam: string | undefined; signal: AbortSignal }) =>
        load(pageAt(pageParam), signal),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (last: Page<Row>) => last.next ?? undefined,
    }
  })
  const rows = $derived(query.data?.pages.flatMap((page) => page.items) ?? [])

  return {
    get rows() {
      return rows
    },
    get isPending() {
      return query.isPending
    },
    get error() {
      return query.error
    },
    get isLoadingMore() {
      return query.isFetchingNextPage
    },
    get hasMore() {
      return query.hasNextPage
    },
    loadMore: () => {
      if (query.hasNextPage && !query.isFetching) void query.fetchNextPage()
    },
    retry: () => void (query.isFetchNextPageError ? query.fetchNextPage() : query.refetch()),
    all: async () => {
      const { load } = options()
      const found: Row[] = []
      let cursor: string | undefined
      for (let page = 0; page < EXPORT_LIMIT_PAGES; page += 1) {
        const { items, next } = await client.fetchQuery({
          queryKey: ['export', ...options().key, cursor ?? 'first'],
          queryFn: ({ signal }) => load(pageAt(cursor), signal),
          staleTime: 0,
          gcTime: 0,
        })
        found.push(...items)
        if (next == null) return found
        cursor = next
      }
      throw new RangeError('more pages than one export takes')
    },
  }
}

interface WholeQuery<Row> {
  readonly data: Row[] | undefined
  readonly isPending: boolean
  readonly error: unknown
  refetch: () => unknown
}

/** A list that the server gives at once. */
export function whole<Row>(query: WholeQuery<Row>): Listing<Row> {
  return {
    get rows() {
      return query.data ?? []
    },
    get isPending() {
      return query.isPending
    },
    get error() {
      return query.error
    },
    isLoadingMore: false,
    hasMore: false,
    loadMore: () => undefined,
    retry: () => void query.refetch(),
    all: () => Promise.resolve(query.data ?? []),
  }
}
