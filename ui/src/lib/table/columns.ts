// What a room says of its table. The table knows nothing of months or credits.
import type { Snippet } from 'svelte'

export interface Column<Row> {
  id: string
  /** Id of its heading in the locales. */
  title: string
  /** Figures stand on the right, so that their digits stand below each other. */
  align?: 'left' | 'right'
  /** In pixels; one that says nothing shares what is left. */
  width?: number
  /** Not to be hidden: what tells one row from another. */
  isFixed?: boolean
  /** Hidden until somebody wants it. */
  isExtra?: boolean
  cell: Snippet<[Row]>
  /** By what the server sorts it. */
  serverSort?: string
  /** Compares two rows where the whole list is here. */
  compare?: (a: Row, b: Row) => number
}

/** A column of the exported file, as machines read it: exact, without a locale. */
export interface CsvColumn<Row> {
  name: string
  value: (row: Row) => string | number | null | undefined
}

export interface Filter {
  id: string
  title: string
  options: { value: string; label: string }[]
  /** Whether several fit at once: their values stand behind each other, separated by commas. */
  isMany?: boolean
}

/** What a list is at the moment. */
export interface Listing<Row> {
  rows: readonly Row[]
  isPending: boolean
  /** Why there is nothing, or nothing more. */
  error: unknown
  isLoadingMore: boolean
  hasMore: boolean
  loadMore: () => void
  retry: () => void
  /** Every row, also those that nobody scrolled to. */
  all: () => Promise<Row[]>
}

/** The values that are chosen of a filter. */
export function chosenOf(filter: Filter, params: Record<string, string>): string[] {
  const value = params[filter.id] ?? ''
  return value === '' ? [] : filter.isMany ? value.split(',') : [value]
}

/** The filter's values with one more or one less, in the order of its options. */
export function toggled(filter: Filter, params: Record<string, string>, value: string): string {
  const chosen = chosenOf(filter, params)
  const next = chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value]
  const known = filter.options.map((option) => option.value)
  return known.filter((one) => next.includes(one)).join(',')
}
