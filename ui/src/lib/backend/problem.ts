import type { components } from '$lib/api/schema'

type Document = components['schemas']['Problem']

/** Codes of what happens before the API can answer. They have words of their own in the locales. */
export type LocalCode = 'connection.failed' | 'connection.unreadable' | 'sign_in.foreign'

/** Why something was not done: a problem document of the API (RFC 9457), or that it could not be asked. */
export class Problem extends Error {
  override readonly name = 'Problem'

  constructor(
    readonly code: string,
    readonly status: number,
    readonly detail: string,
    /** Under which more is logged on the server. */
    readonly request: string | null,
    /** Who was faster, and when; where somebody was and it is known. */
    readonly changed: { by: string; at: string } | null = null,
    /** The detail in German, where there is one. */
    readonly german: string | null = null,
  ) {
    super(`${code}: ${detail}`)
  }

  static local(code: LocalCode, status = 0): Problem {
    return new Problem(code, status, '', null)
  }

  static from(document: unknown, status: number): Problem {
    if (!isDocument(document)) return Problem.local('connection.unreadable', status)
    const { changed_by: by, changed_at: at } = document
    const changed = by != null && at != null ? { by, at } : null
    const { code, status: told, detail, instance, german } = document
    return new Problem(code, told, detail, instance ?? null, changed, german ?? null)
  }

  /** Whether asking again may help without anybody doing anything about it. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status === 503 || this.status === 504
  }

  /** Whether somebody else was faster. */
  get isStale(): boolean {
    return this.status === 412 || this.code === 'workflow.out_of_order'
  }
}

function isDocument(value: unknown): value is Document {
  return (
    typeof value === 'object' && value !== null && 'code' in value && 'detail' in value && 'status' in value
  )
}

export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : Problem.local('connection.failed')
}
