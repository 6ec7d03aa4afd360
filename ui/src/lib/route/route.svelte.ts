// Where somebody is: `#/credits?month=2026-10&tenant=prairie`. The part behind `#` never reaches a server, so the same
// address works under `sla serve`, in a window at tauri://localhost and from a file, and no server has to know the rooms.

export interface Place {
  /** Parts of the path, decoded. */
  path: string[]
  params: Record<string, string>
}

export function parsePlace(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?', 2)
  const parts = path.split('/').filter((part) => part !== '')
  return { path: parts.map(decoded), params: Object.fromEntries(new URLSearchParams(query)) }
}

/** A half of an escape sequence that somebody typed is left as it is. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

export function formatPlace({ path, params }: Place): string {
  const kept = Object.entries(params).filter(([, value]) => value !== '')
  const query = new URLSearchParams(kept).toString()
  return `#/${path.map(encodeURIComponent).join('/')}${query === '' ? '' : `?${query}`}`
}

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
    location.hash = this.href(path, params)
  }

  /** Changes parameters of the room one is in; an empty one is removed. `replace` leaves no step to go back to. */
  set(params: Record<string, string>, how: 'push' | 'replace' = 'push'): void {
    const hash = formatPlace({ path: this.path, params: { ...this.place.params, ...params } })
    if (how === 'push') location.hash = hash
    else {
      history.replaceState(history.state, '', hash)
      this.place = parsePlace(hash)
    }
  }
}

export const route = new Route()
