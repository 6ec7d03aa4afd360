// A desk of its own for each run: a fresh demo ledger in a temporary folder, accounts of every role, and `sla serve` on a free
// port with the built interface beside the API, under the policy that it is shipped with. SLA_BIN names the program.
import { execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'

const run = promisify(execFile)

export const PASSWORD = 'correct horse battery'

/** What each account is there for; `anna` gives rights and does nothing else. */
export const PEOPLE = {
  anna: ['admin', 'Anna Berg'],
  mara: ['account_manager', 'Mara Lindqvist'],
  ole: ['finance', 'Ole Petersen'],
  fee: ['finance', 'Felicitas Brandt'],
  gwen: ['governance', 'Gwen Harper'],
  otto: ['operator', 'Otto Kranz'],
  vera: ['tenant_viewer', 'Vera Nordlicht', ['nordlicht']],
}

/**
 * @param {string} [ui] The folder of the built pages; the interface's own when not said.
 * @param {'folder' | 'ledger'} [catalogue] Where the catalogue is kept.
 * @param {{ customers: number, months: number } | null} [filled] What the ledger holds besides the demo.
 */
export async function startDesk(ui = 'dist', catalogue = 'folder', filled = null) {
  const sla = program()
  const folder = await mkdtemp(join(tmpdir(), 'sla-desk-ui-'))
  const ledger = `sqlite:${join(folder, 'ledger.sqlite')}`
  await run(sla, ['demo', '--out', folder])
  if (catalogue === 'ledger')
    await run(sla, ['catalogue', 'import', join(folder, 'catalogue'), '--ledger', ledger, '--actor', 'otto'])
  if (filled !== null)
    await run(join(dirname(sla), 'examples', 'fill_ledger'), [
      join(folder, 'ledger.sqlite'),
      String(filled.customers),
      String(filled.months),
    ])
  await addAdmin(sla, ledger)
  await makeKey(sla, join(folder, 'seal.key'))
  const templates = join(folder, 'templates')
  await mkdir(templates)
  const more = ['--seal-key', join(folder, 'seal.key'), '--templates', templates]
  const api = await startApi(sla, ledger, folder, ui, catalogue, more)

  const sessions = new Map()
  const sessionOf = async (account) => {
    if (!sessions.has(account))
      sessions.set(
        account,
        (await ask(api.address, null, 'POST', '/sign-in', { account, password: PASSWORD })).secret,
      )
    return sessions.get(account)
  }
  /**
   * Asks the API directly, to bring the ledger to where a test begins; without an account for what needs none.
   * @param {string | null} account
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   * @param {Record<string, string>} [more] Further headers.
   */
  const as = async (account, method, path, body, more) =>
    ask(api.address, account && (await sessionOf(account)), method, path, body, more)

  for (const [name, [role, full_name, only]] of Object.entries(PEOPLE)) {
    if (role === 'admin') continue
    await as('anna', 'POST', '/accounts', {
      name,
      full_name,
      role,
      password: PASSWORD,
      tenants: only ? { only } : 'all',
    })
  }
  /**
   * Asks for a job and waits for its end.
   * @param {string} account
   * @param {unknown} body
   */
  const done = async (account, body) => {
    let job = await as(account, 'POST', '/jobs', body)
    while (job.ended_at == null) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      job = await as(account, 'GET', `/jobs/${job.id}`)
    }
    return job
  }
  const stop = async () => {
    await api.stop()
    await rm(folder, { recursive: true, force: true })
  }
  /** @param {string} path Something of the demo that goes. */
  const remove = (path) => rm(join(folder, path))
  return { address: api.address, as, done, folder, remove, secretOf: sessionOf, stop, stopApi: api.stop }
}

/**
 * Only the pages, under the policy that they are shipped with: nobody signs in.
 * @param {string} ui The folder of the built pages.
 */
export async function startPages(ui) {
  const folder = await mkdtemp(join(tmpdir(), 'sla-desk-ui-'))
  const ledger = `sqlite:${join(folder, 'ledger.sqlite')}`
  await run(program(), ['demo', '--out', folder])
  await addAdmin(program(), ledger)
  const api = await startApi(program(), ledger, folder, ui, 'folder')
  const stop = async () => {
    await api.stop()
    await rm(folder, { recursive: true, force: true })
  }
  return { address: api.address, stop }
}

function program() {
  const sla = process.env['SLA_BIN']
  if (!sla) throw new Error('SLA_BIN must name the built program, such as ../target/debug/sla')
  return sla
}

async function addAdmin(sla, ledger) {
  const [, full] = PEOPLE.anna
  const child = spawn(
    sla,
    ['account', 'add', 'anna', '--role', 'admin', '--full-name', full, '--ledger', ledger],
    { stdio: ['pipe', 'ignore', 'inherit'] },
  )
  child.stdin.end(`${PASSWORD}\n${PASSWORD}\n`)
  const code = await new Promise((resolve) => child.once('exit', resolve))
  if (code !== 0) throw new Error(`sla account add ended with ${code}`)
}

async function makeKey(sla, file) {
  const child = spawn(sla, ['key', 'new', file], { stdio: ['pipe', 'ignore', 'inherit'] })
  child.stdin.end(`${PASSWORD}\n${PASSWORD}\n`)
  const code = await new Promise((resolve) => child.once('exit', resolve))
  if (code !== 0) throw new Error(`sla key new ended with ${code}`)
}

async function startApi(sla, ledger, folder, ui, catalogue, more = []) {
  const options = [
    '--listen',
    '127.0.0.1:0',
    '--out',
    join(folder, 'reports'),
    catalogue === 'folder' ? '--catalogue' : '--files',
    join(folder, 'catalogue'),
    '--ui',
    fileURLToPath(new URL(`../${ui}`, import.meta.url)),
    '--sign-ins-per-minute',
    '1000',
    ...more,
  ]
  const child = spawn(sla, ['serve', '--ledger', ledger, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, SLA_LOG: 'error', SLA_KEY_PASSPHRASE: PASSWORD },
  })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  for await (const line of createInterface(child.stdout)) {
    const [address] = /http:\/\/[\d.:]+/.exec(line) ?? []
    if (address === undefined) continue
    return {
      address,
      stop: () => {
        // Its folder goes with it, so there is nothing to finish.
        child.kill('SIGKILL')
        return exited
      },
    }
  }
  throw new Error('sla serve ended before it listened')
}

async function ask(address, secret, method, path, body, more = {}) {
  const headers = {
    'content-type': 'application/json',
    ...(secret ? { authorization: `Bearer ${secret}` } : {}),
    ...more,
  }
  const response = await fetch(`${address}/api/v1${path}`, {
    method,
    headers,
    ...(body ? { body: typeof body === 'string' ? body : JSON.stringify(body) } : {}),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path} as asked for: ${response.status} ${text}`)
  return text === '' ? null : JSON.parse(text)
}

export function startBrowser(more = []) {
  const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    ...more,
  ]
  return chromium.launch({ executablePath, args })
}

/** Opens the page in a language, before anybody has signed in. */
export async function arrive(page, address, language = 'en') {
  await page.addInitScript(
    (chosen) =>
      localStorage.getItem('sla-desk.language') ?? localStorage.setItem('sla-desk.language', chosen),
    language,
  )
  await page.goto(address)
  await page.locator('input[name="username"]').waitFor()
}

/** Waits for the rooms: whoever makes months has a rail, a customer a portal. */
export async function inside(page) {
  await page.locator('nav a[aria-current="page"], .portal main h1').waitFor()
}

/** Signs in through the page itself. */
export async function signIn(page, address, account, language = 'en') {
  await arrive(page, address, language)
  await page.locator('input[name="username"]').fill(account)
  await page.locator('input[name="password"]').fill(PASSWORD)
  await page.locator('form button[type="submit"]').click()
  await inside(page)
}
