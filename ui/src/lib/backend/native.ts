// What the window's own process does for the page. In a browser there is none, and nothing here is called.
import { invoke, isTauri } from '@tauri-apps/api/core'
import type { Schemas } from './api'
import { readFrame, writeFrame } from './frame'
import { Problem } from './problem'
import type { Transport } from './transport'

/** Whether the page is shown in the window. */
export const isWindow = isTauri()

interface Answered {
  status: number
  headers: [string, string][]
}

/** What passes by itself is told apart, as the API does it by its status. */
const PASSING = ['ledger.unreachable', 'ledger.busy']

function problemOf(error: unknown): Problem {
  if (typeof error !== 'object' || error === null || !('code' in error)) {
    return Problem.local('connection.failed')
  }
  const status = PASSING.includes(String(error.code)) ? 503 : 422
  return Problem.from({ status, ...error }, status)
}

async function command<T>(name: string, content?: Record<string, unknown> | Uint8Array): Promise<T> {
  try {
    return await invoke<T>(name, content)
  } catch (error) {
    throw problemOf(error)
  }
}

/** Hands a request to the API in the window's process, which adds the session's secret. */
export const windowTransport: Transport = async (request) => {
  const { pathname, search } = new URL(request.url)
  const head = { method: request.method, path: `${pathname}${search}`, headers: [...request.headers] }
  const frame = writeFrame(head, new Uint8Array(await request.arrayBuffer()))
  const { head: answered, body } = readFrame<Answered>(await command('ask', frame))
  // A status without content takes no body, not even an empty one.
  const isEmpty = [204, 205, 304].includes(answered.status)
  return new Response(isEmpty ? null : body, answered)
}

export interface DemoPerson {
  account: string
  full_name: string
  role: string
  password: string
}

export type DeskKind = 'demo' | 'own' | 'server' | 'named'

export type DeskView =
  { state: 'none'; folder: string } | { state: 'open'; kind: DeskKind; people: DemoPerson[] }

export interface First {
  account: string
  full_name: string
  password: string
  /** The address of the server that measurements come from; null while nobody knows it. */
  measurements: string | null
}

export type Chosen =
  | { kind: 'demo' }
  | { kind: 'own'; folder: string; first: First | null }
  | { kind: 'server'; ledger: string; folder: string; first: First | null }

export interface LedgerLook {
  is_there: boolean
  is_older: boolean
  has_accounts: boolean | null
}

/** Which desk is open; the one that was chosen is opened. */
export const openDesk = () => command<DeskView>('desk')
export const chooseDesk = (chosen: Chosen) => command<DeskView>('choose', { chosen })
export const leaveDesk = () => command<null>('leave')
/** What is at the address of a ledger; nothing is made or changed. */
export const lookAtLedger = (ledger: string) => command<LedgerLook>('look_at_ledger', { ledger })
/** Asks a server that measurements may come from whether it answers; nothing is kept. */
export const lookAtServer = (url: string) => command<Schemas['SourceTest']>('look_at_server', { url })
/** Saves where the person says; false when they changed their mind. */
export const saveWithDialog = async (name: string, content: Uint8Array) =>
  (await command<string | null>('save', writeFrame({ name }, content))) !== null
/** Tells that something is done, unless the person looks at the window. */
export const notify = (title: string, body: string) => command<null>('notify', { title, body })
/** Lets what is not part of the page speak its language. */
export const speak = (language: string) => command<null>('speak', { language })

/** What the page knows of the key that this desk seals months with. */
export interface SealKey {
  id: string
  /** The public key in one line. */
  public_key: string
}

/** The key of this desk, with which it seals from now on; null where there is none. */
export const sealKey = () => command<SealKey | null>('seal_key')
export const makeSealKey = () => command<SealKey>('make_seal_key')
/** Takes a key from what its file holds. */
export const bringSealKey = (passphrase: string, content: Uint8Array) =>
  command<SealKey>('bring_seal_key', writeFrame({ passphrase }, content))
export const forgetSealKey = () => command<null>('forget_seal_key')

/** What the page knows of a secret that data sources name. */
export interface SourceSecret {
  name: string
  sources: string[]
  place: 'environment' | 'keychain' | 'nowhere' | 'locked'
}

/** Every secret that the desk's data sources name. */
export const sourceSecrets = () => command<SourceSecret[]>('source_secrets')
export const keepSourceSecret = (name: string, secret: string) =>
  command<null>('keep_source_secret', { typed: { name, secret } })
export const forgetSourceSecret = (name: string) => command<null>('forget_source_secret', { name })
