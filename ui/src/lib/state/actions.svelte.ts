// What can be done at the moment. Rooms offer their actions while they are open; the palette lists them all. A button offers itself,
// so that what may be done, what it is called and what it asks is said once.

import { tick, untrack } from 'svelte'
import type { Attachment } from 'svelte/attachments'
import { includesPlace, parsePlace, type Place } from '$lib/route/place'

export interface Action {
  id: string
  label: string
  /** What it is about, or why it cannot be done now. */
  note?: string
  /** Shown with its reason, and not done. */
  isBlocked?: boolean
  /** Only shows something in another way. */
  isView?: boolean
  /** Keys that do the same, for show. */
  keys?: string[]
  run: () => void
}

type Offer = () => Action[]

interface Offered {
  offer: Offer
  /** Null for what is not done by one button. */
  button: HTMLElement | null
}

let offers: readonly Offered[] = []
/**
 * Rises whenever offers come, go or change. They are no state themselves: what a button says of itself stands in the page, and a state
 * that is read while an effect is cleaned up has the value that it had before, so that offers which came meanwhile would be lost.
 */
let changes = $state(0)
let changed = 0
function tell(): void {
  changes = changed += 1
}
/** What a button says of itself. */
const SAID = ['disabled', 'aria-busy', 'aria-disabled', 'aria-label', 'title']
/** What somebody asked for that is done in another place: it is run there, as soon as it is offered. */
let awaited: { id: string; place: Place } | null = null

/** What changes something first, by the order of the buttons on the page; what cannot be done at the end. */
export function offeredActions(): Action[] {
  void changes
  const rank = ({ isBlocked, isView }: Action) => (isBlocked ? 2 : isView ? 1 : 0)
  return [...offers]
    .sort(place)
    .flatMap(({ offer }) => offer())
    .sort((a, b) => rank(a) - rank(b))
}

function place(a: Offered, b: Offered): number {
  if (a.button === null || b.button === null) return Number(a.button === null) - Number(b.button === null)
  return a.button.compareDocumentPosition(b.button) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1
}

/** Offers actions until the component that calls it is gone. */
export function offerActions(offer: Offer): void {
  $effect(() => register({ offer, button: null }))
}

/** Makes a button an action as well, under its own words; it is pressed as if by hand. `note` says what it is about. */
export function action(id: string, note?: string, isView = false): Attachment<HTMLElement> {
  return (button) => register({ offer: () => pressed(id, button, note, isView), button })
}

/** Leads to where something is done, and does it there. */
export function runThere(id: string, go: () => void): void {
  go()
  awaited = { id, place: parsePlace(location.hash) }
}

function pressed(id: string, button: HTMLElement, note: string | undefined, isView: boolean): Action[] {
  if (button.matches(':disabled, [aria-busy="true"]')) return []
  const label = (button.getAttribute('aria-label') ?? button.textContent ?? '').trim()
  const isBlocked = button.getAttribute('aria-disabled') === 'true'
  const said = isBlocked ? button.title : note
  const run = () => {
    button.focus()
    button.click()
  }
  return [{ id, label, isBlocked, isView, run, ...(said ? { note: said } : {}) }]
}

function register(offered: Offered): () => void {
  offers = [...offers, offered]
  tell()
  // Where somebody arrives without a month, the shell adds one meanwhile. Whoever went elsewhere does not want it any more.
  if (awaited !== null && !includesPlace(parsePlace(location.hash), awaited.place)) awaited = null
  if (awaited !== null) {
    const { id } = awaited
    const found = untrack(offered.offer).find((one) => one.id === id)
    if (found) {
      awaited = null
      // What is offered while its room is being put together is run when the room stands.
      void tick().then(found.run)
    }
  }
  const watch = new MutationObserver(tell)
  const all = { attributeFilter: SAID, childList: true, characterData: true, subtree: true }
  if (offered.button !== null) watch.observe(offered.button, all)
  return () => {
    watch.disconnect()
    offers = offers.filter((one) => one !== offered)
    tell()
  }
}
