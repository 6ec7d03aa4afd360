// Where somebody is: `#/credits?month=2026-10&tenant=prairie`. The part behind `#` never reaches a server, so the same
// address works under `sla serve`, in a window at tauri://localhost and from a file, and no server has to know the rooms.

import { formatPlace, parsePlace, type Place } from './place'

/** What goes along from room to room. */
const CARRIED = ['month', 'tenant']

class Route {
  place = $state.raw<Place>({ path: [], params: {} })

  listen(): () => void {
    const read = () => (this.place = parsePlace(location.hash))
    read()
    window.addEventListener('hashchange', read)
    return () => window.removeEventListener('hashchange', read)
  }

  get path(): string[] {
    return this.place.path
  }

  param(name: string): string | undefined {
    return this.place.params[name]
  }

  /** The address of another room; month and customer go along unless they are said. */
  href(path: string[], params: Record<string, string> = {}): string {
    const carried = Object.entries(this.place.params).filter(([name]) => CARRIED.includes(name))
    return formatPlace({ path, params: { ...Object.fromEntries(carried), ...params } })
  }

  go(path: string[], params: Record<string, string> = {}): void {
    const hash = this.href(path, params)
    location.hash = hash
    this.place = parsePlace(hash)
  }

  /** Changes parameters of the room one is in; an empty one is removed. `replace` leaves no step to go back to. */
  set(params: Record<string, string>, how: 'push' | 'replace' = 'push'): void {
    // From the address itself: the event that tells of a new one comes later, and what is set until then is not to lead back.
    const here = parsePlace(location.hash)
    const hash = formatPlace({ path: here.path, params: { ...here.params, ...params } })
    // Not by `location.hash`: that is a navigation, after which open menus close and the focus is lost.
    if (how === 'push') history.pushState(null, '', hash)
    else history.replaceState(history.state, '', hash)
    this.place = parsePlace(hash)
  }
}

export const route = new Route()
