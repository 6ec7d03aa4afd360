// What can be done at the moment. Rooms offer their actions while they are open; the palette lists them all.

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
    offers = new Map(offers).set(key, offer)
    return () => {
      const left = new Map(offers)
      left.delete(key)
      offers = left
    }
  })
}
