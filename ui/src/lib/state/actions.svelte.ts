// What can be done at the moment. Rooms offer their actions while they are open; the palette lists them all.

import { untrack } from 'svelte'

export interface Action {
  id: string
  label: string
  /** Keys that do the same, for show. */
  keys?: string[]
  run: () => void
}

let offers = $state.raw<ReadonlyMap<symbol, () => Action[]>>(new Map())

export function offeredActions(): Action[] {
  return [...offers.values()].flatMap((offer) => offer())
}

/** Offers actions until the component that calls it is gone. */
export function offerActions(offer: () => Action[]): void {
  $effect(() => {
    const key = Symbol()
    change((map) => map.set(key, offer))
    return () => change((map) => map.delete(key))
  })
}

/** Untracked: an offer does not depend on the offers of others. */
function change(edit: (map: Map<symbol, () => Action[]>) => void): void {
  const map = new Map(untrack(() => offers))
  edit(map)
  offers = map
}
