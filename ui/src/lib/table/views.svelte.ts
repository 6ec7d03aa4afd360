// Views that somebody saved for a table: filters, order and hidden columns, under a name, on this device.

export interface View {
  name: string
  params: Record<string, string>
  hidden: string[]
}

const LIMIT = 50

function isView(value: unknown): value is View {
  return (
    typeof value === 'object' && value !== null && 'name' in value && 'params' in value && 'hidden' in value
  )
}

export class Views {
  readonly #key: string
  list = $state.raw<View[]>([])

  constructor(table: string) {
    this.#key = `sla-desk.views.${table}`
    this.list = this.#read()
  }

  #read(): View[] {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(this.#key) ?? '[]')
      return Array.isArray(kept) ? kept.filter(isView) : []
    } catch {
      return []
    }
  }

  /** One of the same name is replaced; beyond the limit the oldest goes. */
  save(view: View): void {
    this.#keep([...this.list.filter((kept) => kept.name !== view.name), view].slice(-LIMIT))
  }

  /** Keeps its place; one that had the new name goes. */
  rename(name: string, next: string): void {
    const others = this.list.filter((kept) => kept.name === name || kept.name !== next)
    this.#keep(others.map((kept) => (kept.name === name ? { ...kept, name: next } : kept)))
  }

  remove(name: string): void {
    this.#keep(this.list.filter((kept) => kept.name !== name))
  }

  #keep(list: View[]): void {
    this.list = list
    localStorage.setItem(this.#key, JSON.stringify(list))
  }
}
