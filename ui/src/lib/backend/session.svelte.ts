// Whether somebody has signed in. The secret stays in this tab: another tab, and the next start, ask again.

const KEY = 'sla-desk.session'

/** `ended` differs from `out`: somebody was at work, and what they typed must survive signing in again. */
export type SessionState = 'out' | 'in' | 'ended'

class Session {
  #secret: string | null = null
  state = $state<SessionState>('out')

  restore(): void {
    this.#secret = sessionStorage.getItem(KEY)
    this.state = this.#secret === null ? 'out' : 'in'
  }

  begin(secret: string): void {
    this.#secret = secret
    sessionStorage.setItem(KEY, secret)
    this.state = 'in'
  }

  /** The API takes the secret `used` no more. An answer to an older session's request ends nothing. */
  refused(used: string | null): void {
    if (used === null || used !== this.#secret) return
    this.#forget()
    this.state = 'ended'
  }

  leave(): void {
    this.#forget()
    this.state = 'out'
  }

  get secret(): string | null {
    return this.#secret
  }

  #forget(): void {
    this.#secret = null
    sessionStorage.removeItem(KEY)
  }
}

export const session = new Session()
