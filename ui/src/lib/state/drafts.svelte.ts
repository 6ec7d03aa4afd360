// What somebody typed and has not sent. It stays while they look elsewhere, until it is sent or they throw it away, and what was
// thrown away can be taken back once. It is kept in memory alone: it ends with the tab.

export interface Draft {
  step: string
  note: string
  amount: string
}

const isEmpty = (draft: Draft) => draft.note.trim() === '' && draft.amount.trim() === ''

class Drafts {
  #kept = new Map<string, Draft>()
  #thrown = $state.raw<{ key: string; draft: Draft } | null>(null)

  of(key: string): Draft | null {
    return this.#kept.get(key) ?? null
  }

  /** An empty one is none. */
  keep(key: string, draft: Draft): void {
    if (isEmpty(draft)) this.#kept.delete(key)
    else this.#kept.set(key, draft)
  }

  /** It was sent. */
  done(key: string): void {
    this.#kept.delete(key)
    if (this.#thrown?.key === key) this.#thrown = null
  }

  throwAway(key: string, draft: Draft): void {
    this.#kept.delete(key)
    this.#thrown = isEmpty(draft) ? null : { key, draft }
  }

  thrown(key: string): Draft | null {
    return this.#thrown?.key === key ? this.#thrown.draft : null
  }

  takeBack(key: string): Draft | null {
    const draft = this.thrown(key)
    if (draft !== null) {
      this.#thrown = null
      this.keep(key, draft)
    }
    return draft
  }

  /** What one person typed is not for the next. */
  forget(): void {
    this.#kept.clear()
    this.#thrown = null
  }
}

export const drafts = new Drafts()
